package store

import (
	"database/sql"
)

// fromLayout1 converts a file of layout 1 to layout 2. Layout 1 had a table for keys and one for users, with dates in milliseconds.
var fromLayout1 = []string{
	`INSERT INTO objects (kind, id, body) SELECT '` + kindUser + `', id, json_object(
		'ID', id, 'Name', name, 'Path', path, 'Email', email, 'Created', ` + jsonDate("created") + `, 'Modified', ` + jsonDate("modified") + `)
		FROM users`,
	`INSERT INTO objects (kind, id, body) SELECT '` + kindKey + `', id, json_object(
		'ID', id, 'OwnerID', owner_id, 'Secret', secret, 'State', state, 'Tag', tag, 'Created', ` + jsonDate("created") + `,
		'Modified', ` + jsonDate("modified") + `, 'Expires', coalesce(` + jsonDate("expires") + `, '0001-01-01T00:00:00Z'))
		FROM access_keys`,
	`DROP TABLE access_keys`,
	`DROP TABLE users`,
	`UPDATE meta SET value = '2' WHERE name = 'schema'`,
}

// jsonDate returns the SQL expression that converts a column with milliseconds to a date as in JSON.
func jsonDate(column string) string {
	return `strftime('%Y-%m-%dT%H:%M:%fZ', ` + column + ` / 1000.0, 'unixepoch')`
}

// upgrade converts a file of an older layout to the current layout.
func (s *Store) upgrade() error {
	layout := ""
	err := s.query(`SELECT value FROM meta WHERE name = 'schema'`, func(rows *sql.Rows) error { return rows.Scan(&layout) })
	if err != nil || layout != "1" {
		return err
	}
	return s.transaction(func(tx *sql.Tx) error {
		for _, statement := range fromLayout1 {
			if _, err := tx.Exec(statement); err != nil {
				return err
			}
		}
		return nil
	})
}
