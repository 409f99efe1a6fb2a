/**
 * What servers and libraries say when they fail, by whose fault it is. Patterns are looked for in the first and the last
 * part of an error, without the code of a traceback. Quantifiers are bounded.
 */

/** Of an input that does not fit: nothing else makes a library say so. */
export const SURELY_INPUT: readonly RegExp[] = [
  // MLflow's schema enforcement, type hints and parameters
  /failed to enforce schema|failed to enforce model input schema|incompatible input types|can(?:'t| ?not) safely convert/i,
  /model is missing inputs|extra inputs|columns are missing|missing (?:required )?(?:columns|fields|keys)/i,
  /(?:dtype|type|shape) of input .{0,200}does not match|does not match expected (?:dtype|type|shape)/i,
  /does not match the (?:model )?schema|could not be converted to the expected shape|cannot reshape array/i,
  /failed to validate data against type hint|expected type \S+, but got|data doesn't match type hint/i,
  /error casting the input data|unexpected input type|expected one of the following types|invalid parameters? found/i,
  // Columns and features: pandas, scikit-learn, XGBoost, LightGBM, CatBoost, Spark
  /not in index|not found in axis|are in the \[(?:columns|index)\]|is not a column of the dataframe/i,
  /expected \d+ (?:columns|features)|expecting \d+ features|feature names (?:should|must|seen|unseen)/i,
  /feature_names mismatch|feature shape mismatch|did not have the following fields|number of columns does not match/i,
  /number of features in data .{0,40}is not the same|categorical_feature do not match|should be feature with name/i,
  /length mismatch: expected axis|specifying the columns using strings|unresolved_column|cannot resolve .{0,100}given input/i,
  /dataframe must have columns?|missing from dataframe|contains? (?:the )?invalid columns|required column/i,
  /does not exist\.?\s+available(?: fields)?:/i,
  // Dtypes of tables
  /dtypes for data must be|pandas dtypes must be|bad pandas dtypes|bad value for num_feature|invalid type for cat_feature/i,
  /data type \S{1,40} of column .{0,100}is not supported/i,
  // Shapes and dtypes of arrays: numpy, scikit-learn, PyTorch, TensorFlow, ONNX Runtime
  /expected 2d array|expected \S{1,40} (?:\(\S+\) )?(?:or \S{1,40} \(\S+\) )?input|found array with|estimator expected/i,
  /setting an array element with a sequence|inhomogeneous shape|could not be broadcast|shapes .{0,60}not aligned/i,
  /dimension mismatch|mismatch in its core dimension|array dimensions .{0,60}must match|array dims .{0,20}!= n_periods/i,
  /mat1 and mat2|expected scalar type|input type \(.{0,60}should be the same|expected tensor for argument/i,
  /expected input\[.{0,80}to have \d+ channels|must match the size of tensor|index out of range in self/i,
  /can't convert np\.ndarray of type|failed to convert a numpy array to a tensor|is incompatible with the layer/i,
  /invalid input shape|incompatible shape|does not match length of index|should be equal to \d+, the number of features/i,
  /matrix size-incompatible|was expected to be an? \S+ tensor|missing data for input|indices\[.{0,60}is not in \[/i,
  /unexpected input data type|got invalid dimensions for input|invalid rank for input|missing from input feed|invalid feed input/i,
  // Categories
  /found unknown categor|previously unseen label|unseen label|unknown categor|unseen categor|not a valid categor/i,
  /category not in the training set/i,
  // Values
  /could not convert string to|invalid literal for|invalid isoformat|incorrect padding|invalid base64|only base64 data/i,
  /input (?:x )?contains (?:nan|infinity)|contains nan or infinity|found nan in column|found infinity in column/i,
  /unable to parse string|unknown (?:datetime )?string format|does(?: not|n't) match format|not a? ?likely a datetime/i,
  /cannot convert (?:non-finite|float nan)|is an invalid document|negative values in data passed to/i,
  /has timezone specified|with datetimelike values|accessor with string values|unconverted data remains/i,
  /cannot identify image file|incorrect image source|incorrect format used for image|soundfile is either not in the correct format/i,
  /text input must be of type|must include at least one (?:label|sequence)|is missing variables|missing some input keys/i,
  /prediction must have `?end|additional exogenous values|exogenous values are not of the appropriate shape/i,
  // MLServer
  /tuple cells|invalid object type at position/i,
];

/** Of an input that does not fit, or of a model that works with something else than its input. */
export const LIKELY_INPUT: readonly RegExp[] = [
  /validation errors? for|value is not a valid|field required|input should be (?:a )?valid/i,
  /cannot be decoded|can't decode|expecting value: line/i,
  /unhashable type|has no attribute '(?:decode|encode|lower|upper|strip|split|replace|startswith)'/i,
  /ufunc '\w+' (?:did not contain a loop|not supported)|unsupported operand type|bad operand type|not supported between/i,
  /must be real number, not|argument must be a string|can only concatenate|expected string or bytes-like/i,
  /string indices must be integers|out of bounds for axis|\bKeyError: \d+\s*$/i,
];

/** Of a model, its files, its environment or what it calls. */
export const ABOUT_MODEL: readonly RegExp[] = [
  /no module named|cannot import name|not fitted|has not been fit|state_dict|unpickl|incompatible dtype/i,
  /environment variable|api[_ -]?key|unauthorized|authentication|permission denied/i,
  /out of memory|cuda error|cannot allocate|connection (?:refused|reset|error)|timed out|name resolution/i,
  /no such file|config(?:uration)? (?:file|error)|\.(?:json|ya?ml|txt|pkl|bin|cfg|ini)['"\s:]/i,
];
