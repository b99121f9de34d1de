"""The inside of an XLSX workbook: its parts, formats, sheets and cells, read as they stream by.

Why by gapmap itself: ``docs/adr/0008-reading-workbooks.md``.
"""
