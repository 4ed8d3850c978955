"""The classifier: encodes a passage and its brand, and says how far it can be trusted."""

import os

# from 1.32 on ONNX Runtime reports to its makers when it is imported, unless it is told before
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
