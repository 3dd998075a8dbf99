// Package ga4 reads the events of Google Analytics 4 from its BigQuery export, as newline-delimited JSON or as Parquet.
//
//	NDJSON  ──jsonscan────▶ ┐
//	                        ├ event ──drafter──▶ schemas.Row (journey_event)
//	Parquet ──parquetscan─▶ ┘
//
// It promises that the two formats of one export give the same drafts: both decoders fill the same event, and one
// function makes the draft.
//
// GA4 gives events no id. An event's natural key is (user_pseudo_id, event_timestamp, event_name,
// event_bundle_sequence_id, batch_page_id, batch_ordering_id, batch_event_index), as far as they are there, and a hash
// of its decoded content. The hash stands for the "ordinal among equals": it tells apart the events of one request in
// exports from before the batch fields existed, and depends neither on the order of the file nor on its chunks. Two
// records that agree in everything decoded are one event.
//
// Source, medium and campaign are those of the session's last click, else what was collected with the event, else its
// parameters; the visitor's first touch (traffic_source) says how the first session came, and nothing of later ones.
//
// Text "(not set)" counts as absent; "(direct)", "(none)" and "(data deleted)" stay as they are.
package ga4
