// Package fx reads exchange rates as two central banks publish them.
//
//	ecb/rates    eurofxref-hist.csv: Date, a column per currency, N/A where none was set, a comma at each line's end; what 1 EUR costs
//	nbp/table_a  archiwum_tab_a_YYYY.csv: ; between fields, decimal comma, Windows-1250, days as 20260105, the number of units in the
//	             header (100HUF), a second header line with names, summary lines at the end; what that many units cost in PLN
//
// Each rate is one row of fx_rate, exactly as published: a rate with more than four decimals is stated for 10 or 100 units.
//
// A rate that is zero, negative or no number is rejected and the day's others stay. A day that comes twice with the same rates is one
// day; with another rate the later line is rejected. (Rates that contradict each other in two objects are found by the models, and stop
// the publish.) An object is one chunk, so that this holds for all of it; a history since 1999 is 2 MB.
package fx
