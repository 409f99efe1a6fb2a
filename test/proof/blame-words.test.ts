import { describe, expect, it } from 'vitest';
import { blamesRequest, textsIn } from '../../src/proof/answer/blamed-request.ts';
import { cpuTime } from '../support/cpu-time.ts';

type Said = readonly [number, string];

/** As Seldon's wrapper writes an exception. */
const seldon = (info: string): Said => [
  500,
  JSON.stringify({ status: { status: 1, info, code: -1, reason: 'MICROSERVICE_INTERNAL_ERROR' } }),
];

/** As MLServer writes one. */
const tb = (last: string, code = 'return self._predict_fn(data, params=params)'): Said => [
  500,
  `Traceback (most recent call last):\n  File "/opt/starlette/middleware/errors.py", line 162, in __call__\n    await self.app(scope, receive, _send)\n  File "/mnt/models/model.py", line 10, in predict\n    ${code}\n           ^^^^^^^^\n${last}\n`,
];

const SENT = textsIn({ jsonData: { city: ['a'], age: [1.5] } });
const blames = ([status, body]: Said) => blamesRequest({ kind: 'answer', status, body, latency: 1 }, SENT);

const ABOUT_REQUEST: readonly Said[] = [
  [422, '{"detail":[]}'],
  [400, 'x'],
  [413, 'Request Entity Too Large'],
  seldon('X has 3 features, but LinearRegression is expecting 4 features as input.'),
  seldon("Found unknown categories ['a'] in column 0 during transform"),
  seldon("y contains previously unseen labels: 'a'"),
  seldon("y contains previously unseen labels: ['a']"),
  seldon("could not convert string to float: 'a'"),
  seldon('Input X contains NaN.\nLinearRegression does not accept missing values encoded as NaN natively.'),
  seldon("Input X contains infinity or a value too large for dtype('float64')."),
  seldon('Expected 2D array, got 1D array instead:\narray=[1.].'),
  seldon('Found array with dim 3. StandardScaler expected <= 2.'),
  seldon('A given column is not a column of the dataframe'),
  seldon('Specifying the columns using strings is only supported for dataframes.'),
  seldon('np.nan is an invalid document, expected byte or unicode string.'),
  seldon("'float' object has no attribute 'lower'"),
  seldon('Negative values in data passed to MultinomialNB (input X).'),
  seldon("columns are missing: {'city'}"),
  seldon('The feature names should match those that were passed during fit.\nFeature names unseen at fit time:\n- x'),
  seldon(
    "feature_names mismatch: ['a', 'b'] ['x', 'b']\nexpected a in input data\ntraining data did not have the following fields: x",
  ),
  seldon(
    'DataFrame.dtypes for data must be int, float, bool or category. When categorical type is supplied, the experimental DMatrix parameter`enable_categorical` must be set to `True`.  Invalid columns:city: object',
  ),
  seldon('Feature shape mismatch, expected: 4, got 3'),
  seldon(
    '[12:00:00] ../src/learner.cc:1480: Check failed: learner_model_param_.num_feature >= p_fmat->Info().num_col_ (4 vs. 5) : Number of columns does not match number of features in booster.',
  ),
  seldon('Found a category not in the training set for the 0th (0-based) column: `a`'),
  seldon(
    'The number of features in data (3) is not the same as it was in training data (4).\nYou can set ``predict_disable_shape_check=true`` to discard this error',
  ),
  seldon('train and valid dataset categorical_feature do not match.'),
  seldon('pandas dtypes must be int, float or bool.\nFields with bad pandas dtypes: city: object'),
  seldon('At position 0 should be feature with name age (found city).'),
  seldon(`Bad value for num_feature[non_default_doc_idx=0,feature_idx=1]="a": Cannot convert 'a' to float`),
  seldon(
    'Invalid type for cat_feature[non-default value idx=0,feature_idx=0]=1.5 : cat_features must be integer or string',
  ),
  seldon('Dataframe must have column "ds" with the dates to predict.'),
  seldon("Regressor 'x' missing from dataframe"),
  seldon("Found NaN in column 'x'"),
  seldon('Found NaN in column ds.'),
  seldon('Column ds has timezone specified, which is not supported. Remove timezone.'),
  seldon('Dataframe must have columns "ds" and "y" with the dates and values respectively.'),
  seldon('Unknown datetime string format, unable to parse: a, at position 0'),
  seldon('Given date string "a" not likely a datetime, at position 0'),
  seldon('time data "a" doesn\'t match format "%Y-%m-%d", at position 0'),
  seldon("time data 'a' does not match format '%Y'"),
  seldon(
    'Out-of-sample operations in a model with a regression component require additional exogenous values via the `exog` argument.',
  ),
  seldon('Provided exogenous values are not of the appropriate shape. Required (1, 2), got (2,).'),
  seldon('Prediction must have `end` after `start`.'),
  seldon('The provided prediction pd.DataFrame contains invalid columns. Valid columns are: n_periods'),
  seldon(
    "The provided prediction configuration pd.DataFrame columns ['a'] do not contain the required column `n_periods` for specifying future prediction periods to generate.",
  ),
  seldon('X array dims (n_rows) != n_periods. Received n_rows=1 and n_periods=2'),
  tb('RuntimeError: mat1 and mat2 shapes cannot be multiplied (1x3 and 4x2)'),
  tb('RuntimeError: mat1 and mat2 must have the same dtype, but got Double and Float'),
  tb('RuntimeError: expected scalar type Float but found Double'),
  tb('RuntimeError: Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [1, 2]'),
  tb(
    'RuntimeError: Expected 4-dimensional input for 4-dimensional weight [8, 3, 3, 3], but got 2-dimensional input of size [1, 2] instead',
  ),
  tb(
    'RuntimeError: Given groups=1, weight of size [8, 3, 3, 3], expected input[1, 1, 28, 28] to have 3 channels, but got 1 channels instead',
  ),
  tb('IndexError: index out of range in self'),
  tb('RuntimeError: Input type (double) and bias type (float) should be the same'),
  tb(
    "RuntimeError: Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got torch.FloatTensor instead",
  ),
  tb('RuntimeError: The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1'),
  tb("TypeError: can't convert np.ndarray of type numpy.object_. The only supported types are: float64"),
  tb(
    'ValueError: Input 0 of layer "dense" is incompatible with the layer: expected axis -1 of input shape to have value 4, but received input with shape (None, 3)',
  ),
  tb('ValueError: Failed to convert a NumPy array to a Tensor (Unsupported object type float).'),
  tb('tensorflow.python.framework.errors_impl.InvalidArgumentError: indices[0,1] = 999 is not in [0, 100)'),
  tb(
    'cannot compute MatMul as input #1(zero-based) was expected to be a double tensor but is a float tensor [Op:MatMul]',
  ),
  tb('Matrix size-incompatible: In[0]: [1,3], In[1]: [4,2]'),
  tb('ValueError: Missing data for input "b". You passed a data dictionary with keys [\'a\'].'),
  tb(
    'ValueError: Exception encountered when calling Sequential.call().\n\nInvalid input shape for input Tensor("x"). Expected shape (None, 4), but input has incompatible shape (1, 3)',
  ),
  tb(
    'onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument: [ONNXRuntimeError] : 2 : INVALID_ARGUMENT : Unexpected input data type. Actual: (tensor(double)) , expected: (tensor(float))',
  ),
  tb(
    '[ONNXRuntimeError] : 2 : INVALID_ARGUMENT : Got invalid dimensions for input: x for the following indices\n index: 1 Got: 3 Expected: 4',
  ),
  tb("ValueError: Required inputs (['x']) are missing from input feed (['y'])."),
  tb(
    '[ONNXRuntimeError] : 2 : INVALID_ARGUMENT : Invalid rank for input: x Got: 1 Expected: 2 Please fix either the inputs/outputs or the model.',
  ),
  tb(
    'pyspark.errors.exceptions.captured.AnalysisException: [UNRESOLVED_COLUMN.WITH_SUGGESTION] A column or function parameter with name `x` cannot be resolved.',
  ),
  tb('IllegalArgumentException: Field "x" does not exist.\nAvailable fields: a, b'),
  tb('org.apache.spark.SparkException: Unseen label: a. To handle unseen labels, set Param handleInvalid to keep.'),
  tb('IllegalArgumentException: Data type string of column city is not supported.'),
  tb('IllegalArgumentException: x does not exist. Available: a, b'),
  tb(
    'ValueError: text input must be of type `str` (single example), `list[str]` (batch or single pretokenized example)',
  ),
  tb('ValueError: You must include at least one label and at least one sequence.'),
  tb(
    'ValueError: Incorrect image source. Must be a valid URL starting with `http://` or `https://`, a valid path to an image file, or a base64 encoded string. Got a.',
  ),
  tb(
    'Incorrect format used for image. Should be an url linking to an image, a base64 string, a local path, or a PIL image.',
  ),
  tb('KeyError: "Input to ChatPromptTemplate is missing variables {\'x\'}."'),
  tb("ValueError: Missing some input keys: {'question'}"),
  tb('ValueError: Soundfile is either not in the correct format or is malformed.'),
  tb("KeyError: 'city'"),
  seldon("'city'"),
  seldon("'a'"),
  tb("KeyError: 'a'"),
  tb("ValueError: 'a' is not in list"),
  tb("ValueError: 'a' is not a valid Color"),
  tb("FileNotFoundError: [Errno 2] No such file or directory: 'a'"),
  tb("ValueError: unknown url type: 'a'"),
  tb("requests.exceptions.MissingSchema: Invalid URL 'a': No scheme supplied. Perhaps you meant https://a?"),
  seldon(`"None of [Index(['x'], dtype='object')] are in the [columns]"`),
  seldon(`"['x'] not found in axis"`),
  seldon('Can only use .dt accessor with datetimelike values'),
  seldon('Length mismatch: Expected axis has 3 elements, new values have 2 elements'),
  seldon('cannot convert float NaN to integer'),
  seldon('Cannot convert non-finite values (NA or inf) to integer'),
  seldon("'<' not supported between instances of 'str' and 'float'"),
  seldon("bad operand type for unary -: 'str'"),
  seldon('must be real number, not str'),
  seldon('expected string or bytes-like object'),
  seldon("float() argument must be a string or a real number, not 'list'"),
  seldon("unsupported operand type(s) for +: 'float' and 'str'"),
  seldon("ufunc 'isnan' not supported for the input types"),
  seldon(
    'setting an array element with a sequence. The requested array has an inhomogeneous shape after 1 dimensions.',
  ),
  seldon('operands could not be broadcast together with shapes (1,3) (4,) '),
  seldon('shapes (1,3) and (4,2) not aligned: 3 (dim 1) != 4 (dim 0)'),
  seldon('matmul: Input operand 1 has a mismatch in its core dimension 0'),
  seldon('X.shape[1] = 3 should be equal to 4, the number of features at training time'),
  seldon('dimension mismatch'),
  tb(
    "1 validation error for Request\nmessages\n  Field required [type=missing, input_value={'a': 1}, input_type=dict]",
  ),
  tb('pydantic_core._pydantic_core.ValidationError: 1 validation error for P\nb\n  Input should be a valid integer'),
  tb('PIL.UnidentifiedImageError: cannot identify image file <_io.BytesIO object at 0x7f>'),
  tb('binascii.Error: Incorrect padding'),
  tb(
    'binascii.Error: Invalid base64-encoded string: number of data characters (1) cannot be 1 more than a multiple of 4',
  ),
  tb("UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
  tb('json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)'),
  tb(
    "mlflow.exceptions.MlflowException: Failed to enforce schema of data '   api_key\n0 a' with schema '['api_key': string (required)]'. Error: Incompatible input types for column x",
  ),
  tb(
    'mlflow.exceptions.MlflowException: This model contains a column-based signature, which suggests a DataFrame input. There was an error casting the input data to a DataFrame: x',
  ),
  [200, JSON.stringify({ status: { status: 1, info: 'Model is missing inputs' } })],
  tb('mlflow.exceptions.MlflowException: Failed to enforce model input schema. Please check your input data.'),
  tb("MlflowException: Invalid parameters found: ['x']"),
  tb("TypeError: unhashable type: 'list'"),
  tb("TypeError: string indices must be integers, not 'str'"),
  tb('ValueError: Length of values (1) does not match length of index (3)'),
];
const ABOUT_MODEL: readonly Said[] = [
  [404, 'Model m not found'],
  [503, 'Failed to enforce schema'],
  [502, 'x'],
  [504, 'x'],
  [401, 'x'],
  [403, 'x'],
  tb('ZeroDivisionError: division by zero'),
  tb('torch.cuda.OutOfMemoryError: CUDA out of memory.'),
  tb("FileNotFoundError: [Errno 2] No such file or directory: 'vocab.txt'"),
  tb("ModuleNotFoundError: No module named 'xgboost'"),
  seldon(
    "This LinearRegression instance is not fitted yet. Call 'fit' with appropriate arguments before using this estimator.",
  ),
  seldon("'SimpleImputer' object has no attribute '_fill_dtype'"),
  tb(
    'RuntimeError: Error(s) in loading state_dict for Net:\n\tsize mismatch for fc.weight: copying a param with shape torch.Size([2, 4])',
  ),
  tb('ValueError: node array from the pickle has an incompatible dtype:'),
  tb("KeyError: 'OPENAI_API_KEY'"),
  tb(
    'pydantic.error_wrappers.ValidationError: 1 validation error for ChatOpenAI\n__root__\n  Did not find openai_api_key, please add an environment variable `OPENAI_API_KEY` which contains it',
  ),
  tb('openai.AuthenticationError: Error code: 401 - Incorrect API key provided'),
  tb(
    "UnicodeDecodeError: 'utf-8' codec can't decode byte 0x80 in position 1: while reading config file '/mnt/models/artifacts/config.json'",
  ),
  tb('requests.exceptions.ConnectionError: HTTPConnectionPool: Max retries exceeded: Connection refused'),
  tb("AttributeError: 'NoneType' object has no attribute 'predict'"),
  tb("AttributeError: 'list' object has no attribute 'items'"),
  tb("AttributeError: 'dict' object has no attribute 'dtype'"),
  seldon('Unknown data type returned as payload (must be list or np array):0    1.0'),
  tb("NameError: name 'foo' is not defined"),
  tb('IndexError: list index out of range'),
  tb('RuntimeError: CUDA error: no kernel image is available for execution on the device'),
  tb('MemoryError: Unable to allocate 8.00 GiB for an array with shape (1000000,)'),
  tb('ZeroDivisionError: division by zero', 'raise ValueError("Input X contains NaN")'),
  tb('ZeroDivisionError: division by zero', 'x = "could not convert string to float"'),
  tb("FileNotFoundError: [Errno 2] No such file or directory: '/mnt/models/categories.json'"),
  tb("KeyError: 'weights'"),
  seldon("'model'"),
  seldon(''),
  [500, ''],
  [500, 'Internal Server Error'],
  tb("AttributeError: Can't get attribute 'MyModel' on <module '__main__'>"),
  tb('psycopg2.OperationalError: could not translate host name "db" to address'),
  tb('botocore.exceptions.NoCredentialsError: Unable to locate credentials'),
  tb("ImportError: cannot import name 'x' from 'y'"),
  tb('AssertionError'),
  tb("json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0) in config.json'"),
  tb('RuntimeError: Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False.'),
  tb("TypeError: predict() got an unexpected keyword argument 'params'"),
  tb("TypeError: __init__() got an unexpected keyword argument 'required'"),
];

describe('an error', () => {
  it.each(ABOUT_REQUEST)('of the request: HTTP %i %s', (...said) => {
    expect(blames(said)).toBe(true);
  });

  it.each(ABOUT_MODEL)('of the model: HTTP %i %s', (...said) => {
    expect(blames(said)).toBe(false);
  });

  it('that only names a text is of the request where that text was sent', () => {
    const said = { kind: 'answer', status: 500, body: tb("KeyError: 'b'")[1], latency: 1 } as const;
    expect(blamesRequest(said, textsIn({ jsonData: { b: [1] } }))).toBe(true);
    expect(blamesRequest(said, SENT)).toBe(false);
  });

  it('of any length is read in linear time', () => {
    const body = `Traceback (most recent call last):\n${'  File "x", line 1, in y\n    z\n'.repeat(100_000)}KeyError: '${'a'.repeat(100_000)}`;
    const before = cpuTime();
    expect(blames([500, body])).toBe(false);
    expect(cpuTime() - before).toBeLessThan(2_000);
  });
});
