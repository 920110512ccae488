from notifications import threading


def test_first_mail_answers_the_root():
    assert threading.headers(1042, "host", []) == {
        "In-Reply-To": "<ticket.1042@host>",
        "References": "<ticket.1042@host>",
    }


def test_later_mail_answers_the_last_and_keeps_the_root():
    found = threading.headers(1042, "host", [f"<{n}@host>" for n in range(20)])
    assert found["In-Reply-To"] == "<19@host>"
    assert found["References"].split() == ["<ticket.1042@host>", *(f"<{n}@host>" for n in range(15, 20))]
