package describetest

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// visitAnswer validates a value of an answer against a schema. Dates must have the form of the API's answers.
func visitAnswer(schema *openapi3.Schema, value any) error {
	return schema.VisitJSON(value, openapi3.VisitAsResponse(), openapi3.DisableSchemaErrorDetails(),
		dates("datetime", func(text string) bool { return isWrittenDate(text, "+0000") }),
		dates("date-time", func(text string) bool { return isWrittenDate(text, "+0000") }),
		dates("date", func(text string) bool { return isWrittenDate(text, "Z") }),
	)
}

// visitRequest validates a value of a request against a schema. Every format of dates allows a date and a date-time.
func visitRequest(schema *openapi3.Schema, value any) error {
	return schema.VisitJSON(value, openapi3.VisitAsRequest(), openapi3.DisableSchemaErrorDetails(),
		dates("datetime", isReadDate), dates("date-time", isReadDate), dates("date", isReadDate),
	)
}

func dates(format string, good func(string) bool) openapi3.SchemaValidationOption {
	return openapi3.WithStringFormatValidator(format, openapi3.NewCallbackValidator(func(text string) error {
		if !good(text) {
			return errors.New("not a date in the form of the API")
		}
		return nil
	}))
}

var (
	written  = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|\+0000)$`)
	uuidForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
)

// isWrittenDate reports whether the text is a valid date in the form of the API's answers, with the offset.
func isWrittenDate(text, offset string) bool {
	match := written.FindStringSubmatch(text)
	if match == nil || match[1] != offset {
		return false
	}
	_, err := time.Parse("2006-01-02T15:04:05.000", strings.TrimSuffix(text, offset))
	return err == nil
}

// isReadDate reports whether the text is a date or a date-time that the API accepts.
func isReadDate(text string) bool {
	for _, layout := range []string{time.DateOnly, time.RFC3339Nano, "2006-01-02T15:04:05.999Z0700"} {
		if _, err := time.Parse(layout, text); err == nil {
			return true
		}
	}
	return false
}

func isUUID(value any) bool {
	text, ok := value.(string)
	return ok && uuidForm.MatchString(text)
}

// present returns an error for the first path that is absent. "[]" stands for every item of a list, so that no item of an empty list is
// absent.
func present(value any, paths ...string) error {
	for _, path := range paths {
		if !isPresent(value, strings.Split(path, ".")) {
			return fmt.Errorf("%s is missing", path)
		}
	}
	return nil
}

func isPresent(value any, path []string) bool {
	if len(path) == 0 {
		return true
	}
	if path[0] == "[]" {
		items, ok := value.([]any)
		if !ok {
			return false
		}
		for _, item := range items {
			if !isPresent(item, path[1:]) {
				return false
			}
		}
		return true
	}
	object, ok := value.(map[string]any)
	if !ok {
		return false
	}
	member, ok := object[path[0]]
	return ok && isPresent(member, path[1:])
}
