// Package sampledata makes the exports of a fictional shop, Turnia Outfitters of Zakopane, in every source's real format:
// Google Analytics 4 (BigQuery export), Zendesk, Salesforce and two survey tools. The same people browse, buy, write
// tickets, answer surveys and buy in bulk for their clubs; e-mail addresses, phone numbers and customer numbers tie them
// together across the systems, spelt as each system spells them.
//
//	Options ──▶ web (sessions, orders) ──▶ tickets ──▶ surveys ──▶ sales ──▶ files through put, one after the other
//	                  └──────────── each decision is counted as it is made ────────────▶ Truth
//
// It promises:
//   - the same options give the same bytes, whatever the machine;
//   - Truth is computed by the generator's own model, as it decides what happens: never from the text of the files, and
//     with none of the pipeline's code. Business minutes are counted one by one on the shop's wall clock;
//   - memory grows with customers, tickets and answers, not with events: files are streamed.
//
// The files have the traps of real ones: a session_engaged that is a string or an integer, orders reported twice, order
// numbers that are "(not set)" or missing, refunds without an amount, an intraday file beside the day's final one, ticket
// versions in several exports, audits delivered twice, byte order marks, quoted line breaks, deleted rows, Polish headers
// in a Windows code page. Everything is invented; hosts end in .example.
package sampledata
