-- A million tickets with comments, activities and search documents beside the demo data: `make bench ARGS=plans`.
-- %(tickets)s is their number. A few words occur in most tickets, and most words in a few; "quokka" is in every
-- thousandth ticket, "wombat" in every hundredth, "koala" in every tenth.

SET session_replication_role = replica;  -- the rows are consistent by construction; checking each takes minutes
SET maintenance_work_mem = '512MB';

-- Indexes that only speed up reading are recreated at the end, which takes a fraction of the time.
CREATE TEMP TABLE index AS
    SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
    FROM pg_index
    WHERE NOT indisunique AND indrelid = ANY(ARRAY['tickets_ticket', 'tickets_comment', 'tickets_activity',
        'tickets_searchdocument', 'tickets_publicdocument', 'tickets_searchword']::regclass[]);
DO $$ DECLARE name text; BEGIN FOR name IN SELECT index.name FROM index
    LOOP EXECUTE 'DROP INDEX ' || name; END LOOP; END $$;

CREATE TEMP TABLE word AS
    SELECT n, translate(substr(md5(n::text), 1, 4 + n %% 6), '0123456789', 'ghijklmnop') AS text
    FROM generate_series(1, 60000) AS n;
CREATE UNIQUE INDEX ON word (n);
CREATE TEMP TABLE sentence AS
    SELECT s.n, string_agg(word.text, ' ') AS text
    FROM generate_series(1, 20000) AS s(n), generate_series(1, 12) AS w(n),
        LATERAL (SELECT text FROM word
                 WHERE word.n = 1 + floor(power(abs(hashint8(s.n * 97 + w.n)) / 2147483648.0, 5) * 60000)) AS word
    GROUP BY s.n;
CREATE UNIQUE INDEX ON sentence (n);
CREATE TEMP TABLE person AS
    SELECT row_number() OVER (ORDER BY membership.id) - 1 AS n, membership.user_id, membership.organization_id,
        organization.name AS organization, who.name, who.email
    FROM orgs_membership AS membership
    JOIN orgs_user AS who ON who.id = user_id JOIN orgs_organization AS organization ON organization.id = organization_id;
CREATE TEMP TABLE agent AS
    SELECT row_number() OVER (ORDER BY id) - 1 AS n, id FROM orgs_user WHERE staff_role <> '';
CREATE TEMP TABLE product AS
    SELECT row_number() OVER (ORDER BY id) - 1 AS n, id FROM tickets_product;
CREATE TEMP TABLE number AS
    SELECT n, 100000 + n AS ticket_id, now() - (%(tickets)s - n) * interval '90 seconds' AS at,
        CASE WHEN n <= %(tickets)s * 0.97 AND n %% 200 > 0 THEN 'closed'
             ELSE (ARRAY['open', 'new', 'waiting_on_customer', 'on_hold', 'solved'])[1 + n %% 5] END AS status
    FROM generate_series(1, %(tickets)s) AS n;

ANALYZE word, sentence, person, agent, product, number;

INSERT INTO tickets_ticket (id, organization_id, requester_id, assignee_id, subject, severity, status, product_id,
    reason_id, source, submission_key, created_at, updated_at, tier, first_responded_at, response_due_at, due_kind,
    is_best_effort, last_reply_at, solved_at)
SELECT ticket_id, person.organization_id, person.user_id,
    CASE WHEN number.n %% 7 > 0 THEN agent.id END, left(sentence.text, 60),
    (ARRAY['low', 'low', 'high', 'critical'])[1 + number.n %% 4], status, product.id, 1, 'web', gen_random_uuid(), at,
    at + interval '1 hour', 'advanced', at + interval '20 minutes',
    CASE WHEN status IN ('new', 'open') THEN now() + (number.n %% 5000 - 2000) * interval '1 minute' END,
    CASE WHEN status IN ('new', 'open') THEN 'next_response' ELSE '' END, false,
    at + interval '30 minutes', CASE WHEN status IN ('closed', 'solved') THEN at + interval '1 day' END
FROM number
JOIN person ON person.n = number.n %% (SELECT count(*) FROM person)
JOIN agent ON agent.n = number.n %% (SELECT count(*) FROM agent)
JOIN product ON product.n = number.n %% (SELECT count(*) FROM product)
JOIN sentence ON sentence.n = 1 + number.n %% 20000;

INSERT INTO tickets_comment (ticket_id, author_id, body, is_internal, source, created_at)
SELECT ticket_id, CASE WHEN part = 1 THEN person.user_id ELSE agent.id END,
    concat_ws('. ', first.text, second.text, third.text,
        CASE WHEN part = 1 AND number.n %% 1000 = 7 THEN 'quokka' END,
        CASE WHEN part = 2 AND number.n %% 100 = 7 THEN 'wombat' END,
        CASE WHEN part = 3 AND number.n %% 10 = 7 THEN 'koala' END),
    part = 3, 'web', at + part * interval '15 minutes'
FROM number
CROSS JOIN generate_series(1, 3) AS part
JOIN person ON person.n = number.n %% (SELECT count(*) FROM person)
JOIN agent ON agent.n = (number.n + part) %% (SELECT count(*) FROM agent)
JOIN sentence AS first ON first.n = 1 + abs(hashint8(number.n * 7 + part)) %% 20000
JOIN sentence AS second ON second.n = 1 + abs(hashint8(number.n * 11 + part)) %% 20000
JOIN sentence AS third ON third.n = 1 + abs(hashint8(number.n * 13 + part)) %% 20000;

-- Activities of every tenth ticket are enough to show that a ticket's page reads only its own.
INSERT INTO tickets_activity (ticket_id, kind, actor_id, source, comment_id, before, after, is_internal, created_at)
SELECT ticket_id, CASE WHEN is_internal THEN 'noted' ELSE 'commented' END, author_id, 'web', id, '{}', '{}', is_internal,
    created_at
FROM tickets_comment WHERE ticket_id > 100000 AND ticket_id %% 10 = 0;

ANALYZE tickets_ticket, tickets_comment;
CREATE TEMP TABLE document AS
SELECT ticket.id, ticket.organization_id || '/' AS prefix,
    setweight(to_tsvector('simple', 'SUP ' || ticket.id || ' ' || ticket.subject), 'A')
    || setweight(to_tsvector('simple', concat_ws(' ', person.organization, person.name, person.email)), 'B')
    || setweight(to_tsvector('simple', string_agg(comment.body, ' ') FILTER (WHERE NOT comment.is_internal)), 'C')
    AS public,
    setweight(to_tsvector('simple', string_agg(comment.body, ' ') FILTER (WHERE comment.is_internal)), 'D') AS internal
FROM tickets_ticket AS ticket
JOIN number ON number.ticket_id = ticket.id
JOIN person ON person.n = number.n %% (SELECT count(*) FROM person)
JOIN tickets_comment AS comment ON comment.ticket_id = ticket.id
GROUP BY ticket.id, ticket.subject, person.organization, person.name, person.email;
INSERT INTO tickets_searchdocument (ticket_id, words) SELECT id, public || internal FROM document;
INSERT INTO tickets_publicdocument (ticket_id, words)
SELECT id, regexp_replace(public::text, '(^| )''', '\1''' || prefix, 'g')::tsvector || array_to_tsvector(ARRAY[prefix])
FROM document;

INSERT INTO tickets_searchword (word, documents, variants)
SELECT text, 50, array_agg(DISTINCT substr(text, 1, place - 1) || substr(text, place + 1)) || text
FROM (SELECT DISTINCT text FROM word UNION SELECT unnest(ARRAY['quokka', 'wombat', 'koala'])) AS known,
    generate_series(1, length(text)) AS place
GROUP BY text
ON CONFLICT DO NOTHING;

DO $$ DECLARE definition text; BEGIN FOR definition IN SELECT index.definition FROM index
    LOOP EXECUTE definition; END LOOP; END $$;
SET session_replication_role = DEFAULT;
