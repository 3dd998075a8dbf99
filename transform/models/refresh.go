package models

import "fmt"

// StaleDays returns a SELECT of one column, day: the partitions of a Day model that would be other than those in table
// (a quoted name) are. It runs the model without writing anything, so that whatever made a row differ is found: a new
// version of a record on another day, a customer who became known, an agent export that came late. Its parameters are
// the model's; days must be empty. It returns "" for other models.
func (m *Model) StaleDays(table string) string {
	if m.Refresh != Day {
		return ""
	}
	return fmt.Sprintf(`SELECT day
FROM (
    SELECT %[1]s AS day, %[2]s AS digest, 1 AS side FROM (
%[3]s
    )
    UNION ALL
    SELECT %[1]s AS day, %[2]s AS digest, -1 AS side FROM %[4]s
)
GROUP BY day
HAVING sum(side) != 0 OR sumWithOverflow(if(side = 1, digest, 0)) != sumWithOverflow(if(side = 1, 0, digest))
ORDER BY day`, quoteName(m.Partition), m.Digest, m.SQL, table)
}
