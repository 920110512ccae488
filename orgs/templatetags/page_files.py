"""The style sheets and scripts of a page (supportcenter/static_files.py)."""

from django import template

from supportcenter import static_files

register = template.Library()
register.simple_tag(static_files.page_files)
register.simple_tag(static_files.error_page_files)
