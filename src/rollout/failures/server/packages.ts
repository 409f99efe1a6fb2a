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
  googleapiclient: 'google-api-python-client',
  surprise: 'scikit-surprise',
  jaxlib: 'jaxlib',
  lightfm: 'lightfm',
  Cython: 'Cython',
  mpl_toolkits: 'matplotlib',
  sksurv: 'scikit-survival',
  sklearn_pandas: 'sklearn-pandas',
  pytesseract: 'pytesseract',
  pymysql: 'PyMySQL',
  psycopg: 'psycopg[binary]',
  cx_Oracle: 'cx_Oracle',
  nacl: 'PyNaCl',
  pydantic_settings: 'pydantic-settings',
  opentelemetry: 'opentelemetry-api',
  tflite_runtime: 'tflite-runtime',
  mapie: 'MAPIE',
  hydra: 'hydra-core',
  sqlalchemy_utils: 'SQLAlchemy-Utils',
  databricks: 'databricks-sdk',
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
    'accelerate albumentations alibi alibi_detect anthropic autogluon boto3 catboost category_encoders cloudpickle dask datasets dill ' +
    'einops evaluate fastai fbprophet feature_engine ftfy fsspec haystack hdbscan imodels implicit flask graphviz gensim geopandas h2o httpx interpret jax jinja2 joblib keras langchain lifelines lightgbm ' +
    'Levenshtein lightning litellm mlxtend matplotlib mlflow mlserver mlserver_mlflow mlserver_sklearn networkx nltk numba numpy onnx onnxmltools ' +
    'onnxruntime openai openpyxl optimum pymongo pymysql pytorch_tabnet pytorch_forecasting optuna orjson paddle pandas peft pendulum plotly pmdarima polars prophet protobuf pyarrow ' +
    'pycaret pydantic pymc3 pyod pyspark pytz ray redis regex requests river scipy seaborn seldon_core setuptools shap simplejson six skl2onnx ' +
    's3fs segmentation_models_pytorch sentencepiece skorch skops sktime spacy_transformers textblob textstat thinc spacy sqlalchemy statsmodels sympy tabulate tensorflow tensorflow_addons tiktoken tokenizers torch ' +
    'tensorboard tensorflow_probability tensorflow_datasets timm torchmetrics torch_geometric triton ultralytics vllm xlrd yfinance torchaudio torchtext torchvision tornado tqdm transformers tsfresh typing_extensions ujson urllib3 wandb ' +
    'werkzeug xarray xgboost'
  ).split(' '),
);

/** Packages that share the name under which they are imported with others. */
const NAMESPACES: Readonly<Record<string, string>> = {
  'azure.ai.ml': 'azure-ai-ml',
  'azure.core': 'azure-core',
  'azure.identity': 'azure-identity',
  'azure.keyvault': 'azure-keyvault-secrets',
  'azure.storage': 'azure-storage-blob',
  'google.api_core': 'google-api-core',
  'google.auth': 'google-auth',
  'google.cloud.aiplatform': 'google-cloud-aiplatform',
  'google.cloud.bigquery': 'google-cloud-bigquery',
  'google.generativeai': 'google-generativeai',
  'google.protobuf': 'protobuf',
};

/** The package to install for an imported module; undefined if the module may be the user's own code. */
export function packageOf(module: string): string | undefined {
  const parts = module.split('.').slice(0, 3);
  for (let length = parts.length; length > 1; length--) {
    const named = NAMESPACES[parts.slice(0, length).join('.')];
    if (named !== undefined) return named;
  }
  const [root = module] = parts;
  if (Object.hasOwn(PACKAGES, root)) return PACKAGES[root];
  return SAME_NAME.has(root.toLowerCase()) || SAME_NAME.has(root) ? root.replaceAll('_', '-') : undefined;
}

/** Does Python find the package of that module, but not this part of it? It names the first part that is missing. */
export function isPartOfPackage(module: string): boolean {
  const [root = ''] = module.split('.');
  return (
    module.includes('.') &&
    !['azure', 'google', 'ruamel', 'mpl_toolkits'].includes(root) &&
    packageOf(module) !== undefined
  );
}

/** Modules that come with Python itself, where another Python has or lacks names. */
const STANDARD: ReadonlySet<string> = new Set(
  (
    'abc array ast asyncio base64 cgi collections configparser contextlib copy copyreg ctypes dataclasses datetime enum ' +
    'functools gettext http imp importlib inspect io itertools json locale logging math multiprocessing operator os pathlib pickle ' +
    'pkgutil platform random re shutil signal site socket sqlite3 ssl string subprocess sys threading time types typing ' +
    'unittest urllib uuid weakref xml zipfile zipimport'
  ).split(' '),
);

/** Is a module part of Python itself? */
export function isStandard(module: string): boolean {
  return STANDARD.has(module.split('.')[0] ?? '');
}
