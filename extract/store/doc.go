// Package store reads and writes objects in S3 and in local directories behind one small interface.
//
//	Location "s3://bucket/ga4/events_*.json.gz"
//	   │ ParseLocation                        what to list, what to match
//	   ▼
//	Store.List ──▶ object.Info ──▶ Store.Open ──▶ bytes of exactly that version
//
// It promises, for every store (storetest holds the implementations to it):
//   - List pages through everything, in the byte order of keys, and never shows half-written objects;
//   - Open reads the version that Info names, resumes after a broken connection, and fails rather than mix two versions;
//   - Put is all or nothing; with a Condition it is atomic against every other Put, also from other processes;
//   - errors are *fault.Error: NotFound (the bucket, directory or key by name), Auth, Transient, Conflict, Invalid. Errors
//     of a cancelled context stay recognisable by errors.Is.
//
// It is the only importer of the AWS SDK.
package store
