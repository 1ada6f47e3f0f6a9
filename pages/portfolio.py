"""Portfolio: every SKU side by side, what needs a look, and where the money is."""

from ui import parts, portfolio, portfolio_inbox, portfolio_table

parts.header("Portfolio", "All your products side by side: what brings the money, where it is heading, and what needs a look.")
panel = parts.require_panel()
found = portfolio.found_in(panel)
portfolio.headline(found)
portfolio_inbox.inbox(found)
portfolio_table.table(found, panel)
portfolio.groups(found)
portfolio.classes(found)
parts.next_step("sku", "Look at one SKU")
