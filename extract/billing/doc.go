// Package billing reads contracts and subscriptions from any CSV or JSON: fields mapped by the configuration to the names below.
//
//	contract_id   required; rows that stand together with one contract_id are its history, oldest first
//	started_at    required on the first row
//	changed_at    on further rows: when the value became another one; or
//	renewed_at    when the contract was renewed (on any row)
//	ended_at      when it ended or will end
//	mrr           monthly recurring revenue; or arr, a twelfth of which it is; or amount, paid every billing_months months
//	currency      ISO 4217; the source's `currency:` where absent
//	email, customer_id, contact_id, account_id, plan, end_reason
//	updated_at    version; without it the newer object wins
//	is_deleted    the contract never was
//	comment       known and never read
//	attributes.NAME
//
// Each row is a row of the table contract: what the contract is worth from a day on. Events are contract_started, contract_renewed,
// contract_expanded and contract_contracted (amount: the change, negative when it fell) and contract_ended (amount: what is lost), each
// only once it is past at the time of the export: what is agreed for later has not happened yet. They are snapshots: a later export replaces all of a contract's.
//
// A row that contradicts an earlier one of its contract (another start, end or currency, or a day not after the one before) rejects the
// contract, and so does any other row that cannot be used: half a history is a wrong one.
package billing
