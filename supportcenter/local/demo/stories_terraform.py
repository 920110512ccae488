"""Tickets about the Terraform provider and the API."""

from supportcenter.local.demo.story import Story, tell

TERRAFORM: tuple[Story, ...] = (
    tell(
        "terraform change-request high solved",
        """
        Plan wants to destroy and recreate production Kafka

        After moving our modules around, `terraform plan` for {project} wants to replace the production Kafka:

        ```
        # module.kafka.platform_kafka.main must be replaced
        -/+ resource "platform_kafka" "main" {{
              ~ project = "{project}" -> (known after apply) # forces replacement
        Plan: 15 to add, 0 to change, 15 to destroy.
        ```

        We only wanted to change the plan size. The applying is blocked until it's clear. More of the output
        is attached.

        @agent 41
        Good that you stopped, {requester}. The reason is in the line `(known after apply)`: the project's
        name now comes from `data.platform_project.this` inside the module, and the module has a `depends_on`.
        With that, Terraform reads the data source only during apply, takes the value as unknown, and an
        unknown project forces replacement.

        Remove `depends_on` from the module call, or pass the name as a plain variable:

        ```hcl
        module "kafka" {{
          source  = "./modules/kafka"
          project = var.project_name
        }}
        ```

        Then the plan should show `0 to add, 1 to change, 0 to destroy`. Please send me that line before you
        apply.

        @requester 64
        `Plan: 0 to add, 1 to change, 0 to destroy.` 🙏

        @agent 10
        That's the one. Also set `termination_protection = true` on everything you'd miss; then even a plan
        like the first can't destroy it. And `lifecycle {{ prevent_destroy = true }}` stops it one step
        earlier.

        @requester 190
        Applied, the resize ran through. Both protections are in the module now. Close please.
        """,
        attachment=(
            "plan-excerpt.txt",
            """
            Terraform will perform the following actions:

              # module.kafka.data.platform_project.this will be read during apply
              # (depends on a resource or a module with changes pending)

              # module.kafka.platform_kafka.main must be replaced
                  ~ plan                   = "business-4" -> "business-8"
                  ~ project                = "prod" -> (known after apply) # forces replacement
                    termination_protection = false

              # module.kafka.platform_kafka_topic.topics["orders.v3"] must be replaced
              # module.kafka.platform_kafka_topic.topics["returns.v1"] must be replaced
              (12 more topics)

            Plan: 15 to add, 0 to change, 15 to destroy.
            """,
        ),
    ),
    tell(
        "terraform outage high solved",
        """
        API answers 429 for our pipelines, deployments blocked

        Since this morning pipeline run #{n} and all after it fail:

        ```
        Error: 429 Too Many Requests: Too many requests for this token, retry after 30 seconds
          with module.topics.platform_kafka_topic.this["events-221"]
        ```

        We have about 900 topics in one state. It worked until Friday with the same number.

        @agent 23
        The limit is per token, and yours is used from 31 addresses at the same time since 06:10 UTC. Until
        Friday it was one or two. Did the pipeline start to run its environments in parallel?

        @requester 18
        Not the pipeline, but: we turned on drift detection on Friday. It runs a plan for every workspace each
        15 min, with the same token. Ok.

        How can we get going now? A release waits.

        @agent 6
        Pause drift detection, then the pipeline gets through: the limit counts over one minute only. For
        afterwards:

        - own token for drift detection, so it can't starve deployments
        - spread its runs; 31 plans in the same minute are 28,000 calls
        - provider 4.9 or newer reads topics in batches of 100 instead of one by one: about 9 calls in place
          of 900

        @requester 210
        Release is through. Own token + provider 4.9.2 are in place, drift runs hourly and finishes in 20
        seconds, so we can do that all day. Thanks!
        """,
    ),
    tell(
        "terraform how-to low solved",
        """
        Import 60 existing services without writing 60 commands

        We clicked our services together over two years and want them in Terraform now.

        `terraform import` one by one for 60 services with users, databases, topics… is there a better way?

        @agent 145
        Import blocks with generated configuration (Terraform 1.5 or newer):

        ```hcl
        import {{
          for_each = toset(["kafka-main", "kafka-audit"])
          to       = platform_kafka.this[each.key]
          id       = "{project}/${{each.key}}"
        }}
        ```

        `for_each` needs 1.7. With single blocks `terraform plan -generate-config-out=generated.tf` writes the
        resources for you; look through them and delete what is only a default. The list of names comes from
        the API: `GET /v1/project/{project}/service`.

        Begin with one project, and apply only when the plan says *60 to import, 0 to change*.

        @requester 1600
        Half is in. One problem: for service users it always plans a change of the password after the import.

        @agent 70
        Because the API doesn't give the value back on import and the generated code has an empty string.
        Remove the attribute from the generated file; without it the provider leaves it alone.

        @requester 900
        Yes, quiet now. 60 to import, 0 to change, imported. Great feeling.
        """,
    ),
    tell(
        "terraform access high solved",
        """
        403 from API although token belongs to an admin

        Our automation fails since 00:00 UTC with

        ```
        $ curl -sS -H "Authorization: Bearer <redacted>" https://<api-host>/v1/project/{project}/service
        {{"errors":[{{"message":"Token is not permitted for this organization","status":403}}],
         "message":"forbidden"}}
        ```

        The user behind it is an admin, and the token is valid until next year. Nobody changed anything. We
        can't rotate nor scale.

        @agent 26
        The token is valid, but since midnight a policy of your organization is in force: *Personal tokens are
        not allowed, application users only*. It was set by an admin of {org} last week, with 7 days' notice.
        The token belongs to a person, so it's refused.

        The way to go: Admin → Application users → create one → token → give it a role in {project}. If you
        need time, your admin can push the date of the policy back.

        @requester 34
        Aha. So someone in our security team, and the notice went to the admins only, none of whom reads mail.
        We create an application user now.

        @agent 9
        If it's for Terraform and scaling in {project} alone, the role *Operator* on that project is enough;
        it doesn't need admin rights for the organization.

        @requester 65
        Runs again with operator. Less rights than before, our security team is suspiciously friendly today.
        """,
    ),
    tell(
        "terraform maintenance low on_hold",
        """
        Provider 5.0: permanent diff on flink applications

        After the upgrade from 4.x to 5.0 each plan shows for {service}:

        ```
        ~ resource "platform_flink_application_version" "this" {{
            ~ sinks = [ # order differs
        ```

        We can't make it quiet. `ignore_changes` isn't what we want.

        @agent 140
        Reproduced with two sinks: the API returns them sorted by name, the provider compares in the order of
        your file. Written in alphabetical order, the plan is quiet. Does this work for you for the time
        being?

        @requester 1250
        Works, yes. But we generate these files and the order is by priority, so it isn't pretty. When will it
        be fixed?

        @agent 90
        It's accepted as a bug: `sinks` and `sources` become sets. The change waits for a release of the
        upstream plugin framework, where sets of nested blocks are broken at present. I've put this on hold
        and will write when the provider version with the fix is out.
        """,
    ),
    tell(
        "terraform performance low open",
        """
        terraform plan takes 14 minutes

        State with about 1,100 resources in {project}: 14 minutes for a plan.

        With `-refresh=false` it's 20 s. Provider 4.6.

        @agent 165
        Most of it are ACL entries: 640, each read by its own call, one after the other per service. Since 4.9
        they're read as one list per service. Can you try that version? No change in the code needed from 4.6.

        @requester 3000
        4.9.2: 5 minutes. Better! What's the rest? In the trace I find 300 calls of `GET .../user/<name>`, one
        for each service user, about 0.7 s each. Can these be batched, too? I could test a pre-release if you
        have one.
        """,
    ),
)
