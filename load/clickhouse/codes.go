package clickhouse

import "waymark/internal/fault"

// serverCodes says what ClickHouse's error codes mean to us. The names are the server's own.
func serverCodes() map[int32]serverCode {
	const (
		credentials = "check user and password of the warehouse"
		grant       = "the warehouse user lacks a right"
		space       = "free disk space on the warehouse"
		memory      = "the query needs more memory than the server allows"
	)
	return map[int32]serverCode{
		192: {name: "UNKNOWN_USER", kind: fault.Auth, hint: credentials},
		193: {name: "WRONG_PASSWORD", kind: fault.Auth, hint: credentials},
		194: {name: "REQUIRED_PASSWORD", kind: fault.Auth, hint: credentials},
		195: {name: "IP_ADDRESS_NOT_ALLOWED", kind: fault.Auth},
		516: {name: "AUTHENTICATION_FAILED", kind: fault.Auth, hint: credentials},
		497: {name: "ACCESS_DENIED", kind: fault.Auth, hint: grant},
		291: {name: "DATABASE_ACCESS_DENIED", kind: fault.Auth, hint: grant},
		164: {name: "READONLY", kind: fault.Invalid, hint: "only statements that read are allowed here; a run needs a user who may write"},

		60:  {name: "UNKNOWN_TABLE", kind: fault.NotFound},
		81:  {name: "UNKNOWN_DATABASE", kind: fault.NotFound},
		248: {name: "INVALID_PARTITION_VALUE", kind: fault.Invalid},
		57:  {name: "TABLE_ALREADY_EXISTS", kind: fault.Conflict},
		82:  {name: "DATABASE_ALREADY_EXISTS", kind: fault.Conflict},
		216: {name: "QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING", kind: fault.Conflict},

		159: {name: "TIMEOUT_EXCEEDED", kind: fault.Transient},
		160: {name: "TOO_SLOW", kind: fault.Transient},
		202: {name: "TOO_MANY_SIMULTANEOUS_QUERIES", kind: fault.Transient},
		209: {name: "SOCKET_TIMEOUT", kind: fault.Transient},
		210: {name: "NETWORK_ERROR", kind: fault.Transient},
		198: {name: "DNS_ERROR", kind: fault.Transient},
		225: {name: "NO_ZOOKEEPER", kind: fault.Transient},
		236: {name: "ABORTED", kind: fault.Transient},
		241: {name: "MEMORY_LIMIT_EXCEEDED", kind: fault.Transient, hint: memory},
		242: {name: "TABLE_IS_READ_ONLY", kind: fault.Transient},
		243: {name: "NOT_ENOUGH_SPACE", kind: fault.Transient, hint: space},
		252: {name: "TOO_MANY_PARTS", kind: fault.Transient},
		279: {name: "ALL_CONNECTION_TRIES_FAILED", kind: fault.Transient},
		285: {name: "TOO_FEW_LIVE_REPLICAS", kind: fault.Transient},
		286: {name: "UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE", kind: fault.Transient},
		319: {name: "UNKNOWN_STATUS_OF_INSERT", kind: fault.Transient},
		341: {name: "UNFINISHED", kind: fault.Transient},
		384: {name: "PART_IS_TEMPORARILY_LOCKED", kind: fault.Transient},
		388: {name: "CANNOT_ASSIGN_OPTIMIZE", kind: fault.Transient},
		394: {name: "QUERY_WAS_CANCELLED", kind: fault.Transient},
		473: {name: "DEADLOCK_AVOIDED", kind: fault.Transient},
		517: {name: "CANNOT_ASSIGN_ALTER", kind: fault.Transient},
		999: {name: "KEEPER_EXCEPTION", kind: fault.Transient},

		8:   {name: "THERE_IS_NO_COLUMN", kind: fault.SchemaDrift},
		10:  {name: "NOT_FOUND_COLUMN_IN_BLOCK", kind: fault.SchemaDrift},
		16:  {name: "NO_SUCH_COLUMN_IN_TABLE", kind: fault.SchemaDrift},
		20:  {name: "NUMBER_OF_COLUMNS_DOESNT_MATCH", kind: fault.SchemaDrift},
		50:  {name: "UNKNOWN_TYPE", kind: fault.SchemaDrift, quotes: true},
		53:  {name: "TYPE_MISMATCH", kind: fault.SchemaDrift, quotes: true},
		70:  {name: "CANNOT_CONVERT_TYPE", kind: fault.SchemaDrift, quotes: true},
		122: {name: "INCOMPATIBLE_COLUMNS", kind: fault.SchemaDrift},
		349: {name: "CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN", kind: fault.SchemaDrift, quotes: true},

		27:  {name: "CANNOT_PARSE_INPUT_ASSERTION_FAILED", kind: fault.Invalid, quotes: true},
		6:   {name: "CANNOT_PARSE_TEXT", kind: fault.Invalid, quotes: true},
		33:  {name: "CANNOT_READ_ALL_DATA", kind: fault.Invalid, quotes: true},
		38:  {name: "CANNOT_PARSE_DATE", kind: fault.Invalid, quotes: true},
		41:  {name: "CANNOT_PARSE_DATETIME", kind: fault.Invalid, quotes: true},
		69:  {name: "ARGUMENT_OUT_OF_BOUND", kind: fault.Invalid, quotes: true},
		72:  {name: "CANNOT_PARSE_NUMBER", kind: fault.Invalid, quotes: true},
		117: {name: "INCORRECT_DATA", kind: fault.Invalid, quotes: true},
		153: {name: "ILLEGAL_DIVISION", kind: fault.Invalid, quotes: true},
		321: {name: "VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE", kind: fault.Invalid, quotes: true},
		407: {name: "DECIMAL_OVERFLOW", kind: fault.Invalid, quotes: true},

		36:  {name: "BAD_ARGUMENTS", kind: fault.Invalid},
		42:  {name: "NUMBER_OF_ARGUMENTS_DOESNT_MATCH", kind: fault.Invalid},
		43:  {name: "ILLEGAL_TYPE_OF_ARGUMENT", kind: fault.Invalid},
		44:  {name: "ILLEGAL_COLUMN", kind: fault.Invalid},
		46:  {name: "UNKNOWN_FUNCTION", kind: fault.Invalid},
		47:  {name: "UNKNOWN_IDENTIFIER", kind: fault.Invalid},
		48:  {name: "NOT_IMPLEMENTED", kind: fault.Invalid},
		62:  {name: "SYNTAX_ERROR", kind: fault.Invalid},
		115: {name: "UNKNOWN_SETTING", kind: fault.Invalid},
		158: {name: "TOO_MANY_ROWS", kind: fault.Invalid},
		184: {name: "ILLEGAL_AGGREGATION", kind: fault.Invalid},
		207: {name: "AMBIGUOUS_IDENTIFIER", kind: fault.Invalid},
		215: {name: "NOT_AN_AGGREGATE", kind: fault.Invalid},
		352: {name: "AMBIGUOUS_COLUMN_NAME", kind: fault.Invalid},
		386: {name: "NO_COMMON_TYPE", kind: fault.Invalid},
		396: {name: "TOO_MANY_ROWS_OR_BYTES", kind: fault.Invalid},
		403: {name: "INVALID_JOIN_ON_EXPRESSION", kind: fault.Invalid},
		456: {name: "UNKNOWN_QUERY_PARAMETER", kind: fault.Invalid},
		457: {name: "BAD_QUERY_PARAMETER", kind: fault.Invalid, quotes: true},

		395: {name: "FUNCTION_THROW_IF_VALUE_IS_NON_ZERO", kind: fault.Gate, quotes: true},
	}
}
