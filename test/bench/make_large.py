"""Makes one model of some 57 MB and 595 layers in each format: python make_large.py FOLDER (see fixtures/requirements.txt)."""
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)

import keras
import tf_keras

model = keras.applications.DenseNet169(weights=None)
model.save(os.path.join(folder, "large.keras"))
model.save(os.path.join(folder, "large-keras3.h5"))
old = tf_keras.applications.DenseNet169(weights=None)
old.save(os.path.join(folder, "large-keras2.h5"))

import tensorflow as tf
import tf2onnx

tf2onnx.convert.from_keras(old, [tf.TensorSpec((1, 224, 224, 3), tf.float32)], output_path=os.path.join(folder, "large.onnx"))
