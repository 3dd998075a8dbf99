// Package parquetscan reads chosen columns of a Parquet export, row by row and without reflection, through ranged reads
// of the stored object.
//
//	extract.Input ──Open──▶ File ──Next──▶ extract.Chunk (row group, first row, rows) ──Reader──▶ typed cells of one row
//
// A Field names a leaf by its logical path ("event_params.value.int_value"): what a list is wrapped in (list.element,
// bag.array_element, a repeated group of its own) is seen through. Column types may vary where the values do not:
// integers of any width and as floats, text as text or integers, a column that is null throughout as anything. A
// column of a type that cannot be read, and a file that is not Parquet or is damaged, is an *extract.Quarantine.
//
// It promises that damaged input never panics out of this package: parquet-go's own panics are caught at its border.
// It is, with load/lake, the only importer of parquet-go.
package parquetscan
