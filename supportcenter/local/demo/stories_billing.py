"""Tickets about invoices, billing groups and the price of support."""

from supportcenter.local.demo.story import Story, tell

BILLING: tuple[Story, ...] = (
    tell(
        "billing billing low solved",
        """
        VAT number missing on last month's invoice

        Dear support,

        on our last invoice the VAT number of {org} is missing, although we entered it in the billing group.
        Our tax advisor doesn't accept it in this form. We need a corrected one.

        @agent 260
        The number was saved on the 3rd, the invoice was issued on the 1st; an issued invoice isn't changed
        afterwards. What is possible is a credit note for the whole amount and a new invoice with the number,
        dated today. Does your accounting accept that, with the service period of last month on it?

        @requester 140
        Yes, this is the correct procedure here, too. Please do so.

        @agent 95
        Both are in the billing group under *Invoices*: the credit note and the new invoice, with your VAT
        number and last month as the service period. There is nothing to pay, the payment was moved over.

        @requester 1300
        Received and booked. Thank you for the quick handling.
        """,
    ),
    tell(
        "billing billing low solved",
        """
        Charges of {project} went up by 29 % without any new service

        We didn't create anything, but this month's estimate for {project} is 29 % above the last. My lines
        from the export are attached.

        Why?

        @agent 200
        From your lines, two causes:

        | | Last month | This month |
        |---|---|---|
        | `pg-reporting`, plan | 8 vCPU, 30 days | 16 vCPU from the 9th on |
        | `kafka-main`, additional disk | 0 GB | 800 GB from the 11th on |

        The first was changed by hand in the console, by a member of your organization. The second is disk
        autoscaling: it was turned on in the spring and stepped in for the first time on the 11th.

        Both can be seen with user and time in the project's event log.

        @requester 310
        The plan change was for a load test and forgotten, classic. Scaled down. But autoscaling I thought is
        a free feature?

        @agent 35
        The feature is, the disk it adds isn't: 0.12 per GB and month at your plan. You can set an upper limit
        next to the switch. It doesn't shrink by itself; if the 800 GB aren't needed any more, lower the
        additional disk by hand, which moves the data to new nodes.

        @requester 1150
        Understood, limit is set at 200 GB and the disk lowered to it. A warning mail before it costs money
        would be a good idea, I leave that with you.

        @agent 60
        I agree and have passed it on. Closing this; the estimate for next month is back to about 1 % above
        the last one.
        """,
        attachment=(
            "charges-export.csv",
            """
            month,service,item,quantity,unit,amount,currency
            last,pg-reporting,plan 8 vCPU,720,hour,612.00,EUR
            last,kafka-main,plan,720,hour,1180.80,EUR
            current,pg-reporting,plan 8 vCPU,192,hour,163.20,EUR
            current,pg-reporting,plan 16 vCPU,528,hour,897.60,EUR
            current,kafka-main,plan,720,hour,1180.80,EUR
            current,kafka-main,additional disk 800 GB,480,hour,64.00,EUR
            """,
        ),
    ),
    tell(
        "billing billing high solved",
        """
        Card was declined, console says services will be powered off in 48 h

        Our company card expired. The new one is refused with "Payment method could not be verified". A red
        banner says that services of {org} will be powered off in 48 hours.

        It is production!

        @agent 190
        The attempt ended with code `authentication_required`: your bank wants the card holder to confirm it
        (3-D Secure), and the window for that seems to have been closed or blocked. Please try once more in a
        browser without pop-up blocker, with the card holder at hand.

        Please don't send card details here.

        @requester 1260
        The card holder is our CFO and is on a plane until tomorrow evening. Half of the 48 hours is gone, so
        this can't work in time. I need somebody who can stop the power-off, not an instruction for the
        browser. #escalate

        @agent 12
        The duty lead and the account manager of {org} have seen this. Power-off is suspended for 10 days from
        now, so nothing will be switched off while you sort out the card. The banner disappears within the
        hour.

        @note 20
        Suspension set by the account manager, reason and date in the billing notes. No other open invoices.

        @requester 2600
        CFO is back and confirmed the card, invoice is paid. Thanks. I'd like it if such a banner said that
        one can ask for more time.

        @agent 70
        That's fair, it should. I've passed it on. Payment arrived and the suspension is lifted, everything is
        as before. Adding a second payment method to the billing group would cover you the next time.
        """,
    ),
    tell(
        "billing change-request low waiting_on_customer",
        """
        Move {project} to another billing group

        Please move {project} from the current billing group to "Marketing EMEA" from the 1st of next month
        on.

        Cost center for the reference line: {n}.

        @note 300
        Requester is a member, not admin. Both groups belong to the organization. Billing group move is an
        admin's right.

        @agent 8
        Hi {requester}, I can prepare that. An admin of {org} has to agree, as the costs land on another
        invoice. They can do it themselves (Billing → Billing groups → *Marketing EMEA* → Projects → Assign),
        or answer here with a yes; you can add them in the CC field.

        What should happen to the part of the month before the change? Charges follow the group a project is
        in at the time they arise, so on the 1st at 00:00 UTC it would be cleanest.
        """,
    ),
    tell(
        "billing billing low solved",
        """
        How is the support tier charged in the first month?

        We go from Basic to Essential. The admin page says minimum 500 or 4.5 % of our service charges.

        Our charges are about 14,000 a month. If it becomes active on the 19th, do we pay 500, 630 or a part?

        @agent 170
        A part. The larger of the two counts: 4.5 % of 14,000 is 630, above the minimum of 500. It's charged
        by the day for the part of the month in which the tier is active: from the 19th on that's 12 of 30
        days, 630 × 12 / 30 = 252.

        The percentage is taken of that month's real charges, so the exact figure is known at the end of the
        month. The quote you get before you confirm shows the same calculation with last month's charges.

        @requester 85
        Very clear. And future services count into the 14,000 also, in all units?

        @agent 22
        Yes: all current and future services of the organization and all of its units, and it lands on the
        invoice of the billing group that you choose there.

        @requester 1440
        Thanks. Approved by my boss, we ordered it today.
        """,
    ),
    tell(
        "billing billing low open",
        """
        Promised credit does not show on invoice

        After the incident in spring we were told there'd be a credit of 1,200 USD.

        It isn't on this invoice and wasn't on the one before.

        @agent 230
        I found the approval. It's attached to a billing group that has no projects any more since your
        reorganization, so there was nothing to deduct it from. To which group shall it go? Open ones of {org}
        are on the Billing page.

        @requester 3100
        Group of {project} please, this is where the incident was. Will it be deducted from the invoice of the
        1st, or do I have to wait another month? I need it for the quarter's closing.
        """,
    ),
)
