/** Names under which Python imports a package that pip knows by another name. */
const PACKAGES: Readonly<Record<string, string>> = {
  attr: 'attrs',
  azure: 'azure-storage-blob',
  Bio: 'biopython',
  bs4: 'beautifulsoup4',
  community: 'python-louvain',
  Crypto: 'pycryptodome',
  cv2: 'opencv-python-headless',
  dateutil: 'python-dateutil',
  discord: 'discord.py',
  docx: 'python-docx',
  dotenv: 'python-dotenv',
  faiss: 'faiss-cpu',
  fitz: 'PyMuPDF',
  git: 'GitPython',
  github: 'PyGithub',
  google: 'google-cloud-storage',
  imblearn: 'imbalanced-learn',
  IPython: 'ipython',
  jose: 'python-jose',
  jwt: 'PyJWT',
  kafka: 'kafka-python',
  ldap: 'python-ldap',
  magic: 'python-magic',
  markdown: 'Markdown',
  MySQLdb: 'mysqlclient',
  OpenSSL: 'pyOpenSSL',
  PIL: 'Pillow',
  pkg_resources: 'setuptools<81',
  pptx: 'python-pptx',
  psycopg2: 'psycopg2-binary',
  pythoncom: 'pywin32',
  rest_framework: 'djangorestframework',
  ruamel: 'ruamel.yaml',
  serial: 'pyserial',
  sentence_transformers: 'sentence-transformers',
  distutils: 'setuptools',
  skimage: 'scikit-image',
  sklearn: 'scikit-learn',
  sklearn_crfsuite: 'sklearn-crfsuite',
  skopt: 'scikit-optimize',
  slugify: 'python-slugify',
  snowflake: 'snowflake-connector-python',
  socks: 'PySocks',
  sparknlp: 'spark-nlp',
  talib: 'TA-Lib',
  tensorflow_hub: 'tensorflow-hub',
  tensorflow_text: 'tensorflow-text',
  tlz: 'toolz',
  umap: 'umap-learn',
  usb: 'pyusb',
  win32api: 'pywin32',
  wx: 'wxPython',
  Xlib: 'python-xlib',
  yaml: 'PyYAML',
  zmq: 'pyzmq',
  pytorch_lightning: 'pytorch-lightning',
};

/** Packages that pip knows by the name under which they are imported, and that models use often. */
const SAME_NAME: ReadonlySet<string> = new Set(
  (
    'accelerate albumentations autogluon boto3 catboost category_encoders cloudpickle dask datasets dill ' +
    'fastai feature_engine flask graphviz gensim geopandas h2o httpx interpret jax jinja2 joblib keras langchain lifelines lightgbm ' +
    'lightning matplotlib mlflow mlserver mlserver_mlflow mlserver_sklearn networkx nltk numba numpy onnx onnxmltools ' +
    'onnxruntime openai optuna orjson paddle pandas peft pendulum plotly pmdarima polars prophet protobuf pyarrow ' +
    'pycaret pydantic pymc3 pyod pyspark pytz ray redis regex requests river scipy seaborn seldon_core setuptools shap simplejson six skl2onnx ' +
    'skops sktime spacy sqlalchemy statsmodels sympy tabulate tensorflow tensorflow_addons tiktoken tokenizers torch ' +
    'torchaudio torchtext torchvision tornado tqdm transformers tsfresh typing_extensions ujson urllib3 wandb ' +
    'werkzeug xarray xgboost'
  ).split(' '),
);

/** The package to install for an imported module; undefined if the module may be the user's own code. */
export function packageOf(module: string): string | undefined {
  const [root = module] = module.split('.');
  if (Object.hasOwn(PACKAGES, root)) return PACKAGES[root];
  return SAME_NAME.has(root.toLowerCase()) ? root.replaceAll('_', '-') : undefined;
}
