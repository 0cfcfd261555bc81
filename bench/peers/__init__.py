"""Other packages; each module holds what one of them needs for the workloads it can do.

They live in an environment of their own, see `bench/requirements.txt`: nothing here imports ours.
"""
