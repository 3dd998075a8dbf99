// Package extract turns the exports of CRM, web analytics, ticketing and survey tools into draft rows.
//
//	object ──store──▶ bytes ──content──▶ UTF-8 text ──jsonscan, csvscan, parquetscan──▶ chunks ──ga4, zendesk, …──▶ schemas.Row
//
// This package holds what its sub-packages share: what an object is (Input), how it is cut into chunks that workers
// decode independently (Stream), and how a system's export describes itself (Export). It promises that a record's
// draft depends on the record and the options alone: not on the chunk, the worker or the time.
package extract
