"""The screens' own parts; besides `pages` the only place that imports streamlit."""
