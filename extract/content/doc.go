// Package content turns stored bytes into UTF-8 text, going by what the bytes are and never by the object's name.
//
//	stored bytes ──Decompress──▶ text in some encoding ──ToUTF8──▶ UTF-8 without a byte order mark
//
// Open does both. It promises bounded memory whatever the size, and errors that tell apart what is wrong: ErrTruncated, ErrCorrupt,
// ErrRatio and ErrEncoding speak of the object; any other error came from the reader below and is passed on as it was.
// Text that is not what its encoding says (a lone surrogate, a byte the code page does not define, bytes that are not
// UTF-8) is never repaired in silence: it reaches the scanner as bytes that are not UTF-8, and that record is rejected.
package content
