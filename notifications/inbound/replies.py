"""What someone wrote in a reply, apart from the quoted mail and the signature. Pure.

Where a line may be either, it is kept: a quote too much is a nuisance, a lost sentence is a fault.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile, pairwise

# How mail programs introduce a quoted mail, in the languages that they speak: “On … Ben wrote:”.
WROTE = (
    "wrote", "writes", "schrieb", "geschrieben", "a écrit", "a ecrit", "escribió", "escribio", "ha scritto",
    "scrisse", "escreveu", "escreveste", "schreef", "geschreven", "napisał", "napisal", "pisze", "skrev",
    "kirjoitti", "napsal", "napísal", "написал", "написав", "пишет", "писал", "пише", "írta", "a scris",
    "yazdı", "şunu yazdı", "έγραψε", "va escriure", "ha escrit", "reče", "napisao", "написа", "rašė",
    "kirjutas", "rakstīja", "skrifaði", "đã viết", "menulis", "寫道", "写道", "写到", "写：", "のメール",
    "さんは書きました", "書きました", "작성", "님이 쓴", "כתב", "كتب", "เขียน",
)  # fmt: skip
FROM = (
    "from", "von", "de", "da", "van", "od", "från", "fra", "lähettäjä", "от", "від", "发件人", "發件人",
    "寄件者", "差出人", "보낸 사람", "보낸사람", "kimden", "gönderen", "feladó", "de la", "από", "מאת",
    "من", "expéditeur", "absender", "afzender", "remitente", "mittente", "remetente", "avsändare",
    "afsender", "avsender", "nadawca", "odesílatel", "отправитель", "message du", "mensaje de",
    "messaggio di",
)  # fmt: skip
TO = (
    "to", "an", "à", "a", "para", "aan", "till", "til", "vastaanottaja", "do", "komu", "кому", "收件人",
    "收件者", "宛先", "받는 사람", "받는사람", "kime", "címzett", "către", "προς", "אל", "إلى",
    "destinataire", "empfänger", "destinatario", "destinatário", "cc", "kopie", "copie", "copie à", "copia",
    "kopia", "reply-to", "antwort an", "répondre à", "responder a", "rispondi a", "risposta", "抄送",
    "副本",
)  # fmt: skip
SENT = (
    "sent", "date", "gesendet", "datum", "envoyé", "envoyé le", "enviado", "enviado el", "enviada em",
    "fecha", "data", "inviato", "verzonden", "skickat", "sendt", "dato", "päivämäärä", "lähetetty",
    "wysłano", "odesláno", "отправлено", "дата", "дата отправки", "надіслано", "发送时间", "发送日期",
    "日期", "寄件日期", "送信日時", "日時", "보낸 날짜", "날짜", "tarih", "gönderildi", "gönderme tarihi",
    "elküldve", "dátum", "trimis", "ημερομηνία", "נשלח", "תאריך", "التاريخ", "تاريخ الإرسال",
)  # fmt: skip
SUBJECT = (
    "subject", "betreff", "objet", "asunto", "oggetto", "assunto", "onderwerp", "ämne", "emne", "aihe",
    "temat", "předmět", "predmet", "тема", "主题", "主題", "主旨", "件名", "제목", "konu", "tárgy",
    "subiect", "θέμα", "נושא", "الموضوع", "sujet",
)  # fmt: skip
NAMES = {name: kind for kind, names in enumerate([FROM, TO, SENT, SUBJECT]) for name in names}
# Stands above our own mails, so that answers end there whatever a mail program makes of the rest.
REPLY_LINE = "Reply above this line to comment on the ticket"
# Words of “-----Original Message-----”.
MARKS = (
    REPLY_LINE.lower(),
    "original message", "original-nachricht", "originalnachricht",
    "ursprüngliche nachricht", "message d'origine", "message d’origine", "message original",
    "mensaje original", "messaggio originale", "mensagem original", "oorspronkelijk bericht",
    "oprindelig meddelelse", "ursprungligt meddelande", "originalmeddelande", "opprinnelig melding",
    "alkuperäinen viesti", "oryginalna wiadomość", "wiadomość oryginalna", "původní zpráva",
    "pôvodná správa", "исходное сообщение", "оригинальное сообщение", "eredeti üzenet", "orijinal mesaj",
    "özgün ileti", "原始邮件", "原始郵件", "原邮件", "元のメッセージ", "原文", "원본 메시지", "원본메일",
    "reply message", "original appointment", "forwarded message", "forwarded by",
    "weitergeleitete nachricht", "message transféré", "mensaje reenviado", "messaggio inoltrato",
    "mensagem encaminhada", "doorgestuurd bericht", "vidarebefordrat meddelande", "videresendt",
    "välitetty viesti", "przekazana wiadomość", "пересылаемое сообщение", "пересланное сообщение",
    "转发邮件", "转发的邮件", "転送メッセージ", "転送されたメッセージ", "전달된 메시지",
)  # fmt: skip
BEGINS = (
    "begin forwarded message", "anfang der weitergeleiteten nachricht", "début du message transféré",
    "début du message réexpédié", "inicio del mensaje reenviado", "inizio messaggio inoltrato",
    "início da mensagem reencaminhada", "begin doorgestuurd bericht", "vidarebefordrat brev",
    "start på videresendt besked", "начало переадресованного сообщения",
)  # fmt: skip
# A line at the end that a mail program added: “Sent from my iPhone”.
DEVICES = (
    "sent from", "sent via", "sent with", "sent by", "sent using", "get outlook for", "from my iphone",
    "from my ipad", "from mobile", "envoyé de mon", "envoyé depuis", "envoyé à partir", "von meinem",
    "gesendet mit", "gesendet von", "diese nachricht wurde von meinem", "diese e-mail wurde von meinem",
    "enviado desde", "enviado do meu", "enviado de mi", "enviado via", "inviato da", "inviato dal",
    "verzonden met", "verzonden vanaf", "verstuurd vanaf", "skickat från", "sendt fra", "lähetetty",
    "wysłane z", "wysłano z", "odesláno z", "odoslané z", "отправлено с", "отправлено из", "iphone'umdan",
    "iphone’umdan", "从我的", "從我的", "发自我的", "發自我的", "iphoneから送信", "나의 iphone",
    "내 iphone", "trimis de pe", "elküldve a", "outlook für", "outlook pour", "télécharger outlook",
    "scarica outlook", "descargar outlook",
)  # fmt: skip
MAX_DEVICE = 120
MAX_INTRODUCTION = 400
MAX_INTRODUCTION_LINES = 4
MAX_HEADER_LINES = 12

_QUOTED = re.compile(r"[ \t]{0,8}>")
_RULE = re.compile(r"[ \t]*[-_=*~#—–ᐧ+ ]{2,}[ \t]*|[ \t]*—[ \t]*")
_DATE = re.compile(r"\b(19|20)[0-9]{2}\b|\b[0-9]{1,2}[/.][0-9]{1,2}[/.]|[0-9]{1,2}[:.][0-9]{2}\b|年")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2} (GMT|UTC)[+-][0-9:]{1,6} \S")
_NAME = re.compile(r"[ \t>*_]{0,8}([^:：*_\n]{1,25}?)[ \t*_]{0,4}[:：]")
_WORDS_BETWEEN_RULES = re.compile(r"[ \t]*[-_*=]{2,}[ \t]*([^-_*=\n][^\n]*?)[ \t]*[-_*=:]{2,}[ \t]*|")


@dataclass(frozen=True)
class Reply:
    """``text`` is what was written; ``quoted`` is the rest, in its order."""

    text: str
    quoted: str


def split_reply(body: str) -> Reply:
    """Return what someone wrote in a mail apart from what it quotes."""
    lines = body.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kinds = list(_kinds(lines))
    kept = _kept(lines, kinds)
    if not any(line.strip() for line, keep in zip(lines, kept, strict=True) if keep):
        # Nothing but a quote, as in a mail that is only forwarded: all of it is what was sent.
        kept = [kind not in {"b", "h"} for kind in kinds]
    text = [line for line, keep in zip(lines, kept, strict=True) if keep]
    rest = [line for line, keep in zip(lines, kept, strict=True) if not keep]
    return Reply(_trimmed(text), _trimmed(rest))


def _trimmed(lines: Sequence[str]) -> str:
    """Return lines without empty ones at either end; the first keeps its indentation."""
    return re.sub(r"\A([ \t]*\n)+", "", "\n".join(lines)).rstrip()


def _kinds(lines: Sequence[str]) -> Iterator[str]:
    """Yield the kind of each line: empty, text, quote, rule, begin of a mail, its header, or device."""
    pending: list[str] = []
    for number, line in enumerate(lines):
        if pending:
            yield pending.pop()
            continue
        size, kind = _introduction(lines, number)
        if size:
            pending = [kind] * (size - 1)
            yield kind
        elif not line.strip():
            yield "e"
        elif _QUOTED.match(line):
            yield "q"
        elif _RULE.fullmatch(line):
            yield "r"
        else:
            yield "s" if _is_device(line) else "t"


def _introduction(lines: Sequence[str], number: int) -> tuple[int, str]:
    """Return how many lines from here on introduce a quoted mail, and as what."""
    line = lines[number]
    if not line.strip() or len(line) > MAX_INTRODUCTION:
        return 0, ""
    if _is_mark(line) or _ISO.match(line.strip()):
        return 1, "b"
    if size := _header_block(lines, number):
        return size, "h"
    return _lines_that_say_who_wrote(lines, number), "b"


def _lines_that_say_who_wrote(lines: Sequence[str], number: int) -> int:
    text, is_quoted = "", bool(_QUOTED.match(lines[number]))
    for size, each in enumerate(lines[number : number + MAX_INTRODUCTION_LINES], start=1):
        is_other = not each.strip() or bool(_QUOTED.match(each)) != is_quoted
        if is_other or len(text) + len(each) > MAX_INTRODUCTION:
            break
        text = f"{text} {each.strip()}"
        if _says_who_wrote(text):
            return size if size == 1 or _may_wrap(lines, number) else 0
        if each.rstrip().endswith((":", "：")):
            break
    return 0


def _may_wrap(lines: Sequence[str], number: int) -> bool:
    """Return whether an introduction of several lines may begin here, rather than after the first of them."""
    is_apart = number == 0 or not lines[number - 1].strip() or _is_device(lines[number - 1])
    return is_apart and any(letter.isdigit() or letter == "@" for letter in lines[number])


def _says_who_wrote(text: str) -> bool:
    """Return whether a text is like “On Mon, 9 Dec 2024 at 10:15, Ben <ben@acme.example> wrote:”."""
    end = text.rstrip(" -_*\u200b\ufeff")
    if not end.endswith((":", "：")) and not (end != text.rstrip() and end.endswith(("wrote", "schrieb"))):
        return False
    text = text.lower()
    has_address, has_date = "@" in text, bool(_DATE.search(text))
    if any(verb in text for verb in WROTE):
        return has_address or has_date
    return has_address and has_date and ("<" in text or "&lt;" in text)


def _is_mark(line: str) -> bool:
    text = line.strip(" \t>*").lower()
    if text.rstrip(":：").rstrip() in BEGINS:
        return True
    inner = text.strip("-_=*~ :")
    return inner != text and any(inner.startswith(mark) for mark in MARKS) and text[0] in "-_=*~"


def _header_block(lines: Sequence[str], number: int) -> int:
    """Return the number of lines of “From: …, Sent: …, Subject: …” from here on, or 0."""
    first = _header_name(lines[number])
    if first is None or first == 1:
        return 0
    found, size = {first}, 1
    for each in lines[number + 1 : number + MAX_HEADER_LINES]:
        kind = _header_name(each)
        if kind is None and (not each.strip(" \t>") or len(found) > 3):
            break
        if kind is not None:
            found.add(kind)
        size += 1
    if len(found) < 3 or 0 not in found:
        return 0
    while (
        _header_name(lines[number + size - 1]) is None
        and size > 1
        and not _continues(lines, number + size - 1)
    ):
        size -= 1
    return size


def _continues(lines: Sequence[str], number: int) -> bool:
    """Return whether a line is the second one of a long subject or list of addresses."""
    return _header_name(lines[number - 1]) is not None


def _header_name(line: str) -> int | None:
    found = _NAME.match(line[:60])
    return NAMES.get(found[1].strip().lower()) if found else None


def _is_device(line: str) -> bool:
    text = line.strip(" \t<([*_").replace("[", "").lower()
    return len(line) <= MAX_DEVICE and (text.startswith(DEVICES) or " from mobile" in text[:40])


def _kept(lines: Sequence[str], kinds: Sequence[str]) -> list[bool]:
    """Return for each line whether someone wrote it."""
    end = _end_of_text(lines, kinds)
    kept = [number < end for number in range(len(lines))]
    first = next((number for number, kind in enumerate(kinds) if kind in {"t", "s"}), end)
    below = [kind for kind in kinds[first:end] if kind != "e"]
    is_inline = ("q", "t") in pairwise(below)
    for number in range(min(first, end)):
        # Above the first words is the quote that they answer. It stays where more answers follow their own.
        kept[number] = is_inline and kinds[number] in {"q", "e"}
    return _without_tail(lines, kinds, kept, end)


def _end_of_text(lines: Sequence[str], kinds: Sequence[str]) -> int:
    """Return where the quoted mail, or the signature, begins below what was written."""
    wrote = False
    for number, kind in enumerate(kinds):
        if kind in {"b", "h"} and wrote and not _is_answered_below(kinds, number):
            return number
        if kind == "r" and wrote and _is_signature(lines, kinds, number):
            return number
        wrote = wrote or kind == "t"
    return len(kinds)


def _is_answered_below(kinds: Sequence[str], number: int) -> bool:
    """Return whether text follows a quote whose lines are marked, so that it was written below or within."""
    below = (kind for kind in kinds[number:] if kind != "e")
    after = next(dropwhile(lambda kind: kind in {"b", "h"}, below), "")
    return after == "q" and next(dropwhile(lambda kind: kind == "q", below), "") == "t"


def _is_signature(lines: Sequence[str], kinds: Sequence[str], number: int) -> bool:
    """Return whether a rule stands above a signature: two dashes do, others if little follows."""
    if lines[number].strip() in {"--", "—", "–", "—-", "- --"}:
        return True
    rest = [line for line in lines[number + 1 :] if line.strip()]
    before = sum(kind == "r" for kind in kinds[:number])
    return (
        not before
        and len(rest) <= 8
        and all(len(line) <= 70 for line in rest)
        and "r" not in kinds[number + 1 :]
    )


def _without_tail(lines: Sequence[str], kinds: Sequence[str], kept: list[bool], end: int) -> list[bool]:
    """Leave out what mail programs and quotes leave below the last words."""
    for number in range(end - 1, -1, -1):
        if kinds[number] in {"e", "q", "r", "s", "b", "h"}:
            kept[number] = False
        else:
            break
    return kept
