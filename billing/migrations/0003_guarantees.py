"""What Django's constraints can't express: keys over two columns, and rows that never change."""

from django.db import migrations

ADD = """
ALTER TABLE billing_billinggroup ADD CONSTRAINT billing_group_with_org UNIQUE (id, organization_id);
ALTER TABLE billing_tierperiod ADD CONSTRAINT tier_period_group_of_org
    FOREIGN KEY (billing_group_id, organization_id) REFERENCES billing_billinggroup (id, organization_id);
ALTER TABLE billing_tierchange ADD CONSTRAINT tier_change_group_of_org
    FOREIGN KEY (billing_group_id, organization_id) REFERENCES billing_billinggroup (id, organization_id);
CREATE TRIGGER invoice_written_once BEFORE UPDATE OR DELETE ON billing_invoice
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_line_written_once BEFORE UPDATE OR DELETE ON billing_invoiceline
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER month_close_written_once BEFORE UPDATE OR DELETE ON billing_monthclose
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
REMOVE = """
DROP TRIGGER month_close_written_once ON billing_monthclose;
DROP TRIGGER invoice_line_written_once ON billing_invoiceline;
DROP TRIGGER invoice_written_once ON billing_invoice;
ALTER TABLE billing_tierchange DROP CONSTRAINT tier_change_group_of_org;
ALTER TABLE billing_tierperiod DROP CONSTRAINT tier_period_group_of_org;
ALTER TABLE billing_billinggroup DROP CONSTRAINT billing_group_with_org;
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_starting_tiers"), ("orgs", "0002_append_only")]

    operations = [migrations.RunSQL(ADD, REMOVE)]
