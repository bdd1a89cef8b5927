"""Tables for whoever looks: as HTML in a notebook, as text elsewhere."""

import pandas as pd

from cofactor.run.progress import in_notebook

__all__ = ["show_frame"]


def show_frame(frame: pd.DataFrame) -> None:
    """Show all rows of a table."""
    if in_notebook():
        from IPython.display import HTML, display

        display(HTML(frame.to_html()))
    else:
        print(frame.to_string())
