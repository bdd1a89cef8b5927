"""The posterior of a row, the other side fixed: fold-in of new rows, priors of rows, beliefs about newcomers."""
