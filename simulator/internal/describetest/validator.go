// Package describetest validates requests to the simulator, and its answers, against the official API description in the module
// cache. For tests only.
//
// The description is incomplete, and differs from the API in places. The package checks:
//
//   - at status 200 the schema of the action's answer: types, and no unknown member. The description requires no member in any
//     answer; the package requires those that the real API always returns (see always).
//   - at any other status the schema ErrorResponse, with every member present. The description has it for some actions only, but
//     the API uses it for all.
//   - GOTCHA dates: the description has the formats "datetime" (not a standard one), "date-time" (RFC 3339 in OpenAPI) and "date"
//     (a day in OpenAPI). The API answers 2010-10-01T12:34:56.789+0000, which is none of them, and ...789Z in logs (measured).
//     Only the measured forms are accepted.
//   - the form of every answer, as measured: application/json, compact JSON, no null, a lower-case UUID as request id, and the
//     length in the header. The API also allows any origin; the simulator does so with simulator.Options.CORS only.
package describetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sort"
	"strconv"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/outscale-access/terraform-provider-outscale/simulator/internal/describe/source"
)

// Validator validates requests and answers. It is safe for concurrent use.
type Validator struct {
	doc *openapi3.T

	mu   sync.Mutex
	seen map[string]int
}

var load = sync.OnceValues(func() (*openapi3.T, error) { return source.Load(context.Background()) })

// New returns a validator. It reads the description once per process.
func New() (*Validator, error) {
	doc, err := load()
	if err != nil {
		return nil, err
	}
	return &Validator{doc: doc, seen: map[string]int{}}, nil
}

// Actions returns the names of all actions of the description, sorted.
func (v *Validator) Actions() []string {
	var names []string
	for path := range v.doc.Paths.Map() {
		names = append(names, path[1:])
	}
	sort.Strings(names)
	return names
}

// Seen returns the number of answers validated so far, by action, status and the code of the first error: "CreateUser 200",
// "CreateUser 409/9022".
func (v *Validator) Seen() map[string]int {
	v.mu.Lock()
	defer v.mu.Unlock()
	counts := make(map[string]int, len(v.seen))
	for key, n := range v.seen {
		counts[key] = n
	}
	return counts
}

// Request returns an error if the body of a request to the action is invalid. An empty body counts as {}.
func (v *Validator) Request(action string, body []byte) error {
	item := v.doc.Paths.Value("/" + action)
	if item == nil {
		return fmt.Errorf("the description has no action %q", action)
	}
	if len(bytes.TrimSpace(body)) == 0 {
		body = []byte("{}")
	}
	value, err := decode(body)
	if err != nil {
		return fmt.Errorf("request to %s: %w", action, err)
	}
	schema := item.Post.RequestBody.Value.Content["application/json"].Schema.Value
	if err := visitRequest(schema, value); err != nil {
		return fmt.Errorf("request to %s: %w", action, err)
	}
	return nil
}

// Answer returns an error if an answer of the action is invalid. dryRun means that the request was a dry run. The error has the path of
// the member, and never its value, which can be a secret.
func (v *Validator) Answer(action string, dryRun bool, status int, header http.Header, body []byte) error {
	v.note(action, status, body)
	if err := v.answer(action, dryRun, status, header, body); err != nil {
		return fmt.Errorf("answer %d of %s: %w", status, action, err)
	}
	return nil
}

func (v *Validator) note(action string, status int, body []byte) {
	key := action + " " + strconv.Itoa(status)
	var answer struct{ Errors []struct{ Code string } }
	if err := json.Unmarshal(body, &answer); err == nil && len(answer.Errors) > 0 {
		key += "/" + answer.Errors[0].Code
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.seen[key]++
}

func (v *Validator) answer(action string, dryRun bool, status int, header http.Header, body []byte) error {
	if err := form(header, body); err != nil {
		return err
	}
	value, err := decode(body)
	if err != nil {
		return err
	}
	if err := present(value, "ResponseContext.RequestId"); err != nil {
		return err
	}
	if id := value.(map[string]any)["ResponseContext"].(map[string]any)["RequestId"]; !isUUID(id) {
		return errors.New("the request id is not a lower-case UUID")
	}
	if status != http.StatusOK {
		return v.problem(value)
	}
	item := v.doc.Paths.Value("/" + action)
	if item == nil {
		return errors.New("status 200 for an action that the description does not have")
	}
	schema := item.Post.Responses.Value("200").Value.Content["application/json"].Schema.Value
	if err := visitAnswer(schema, value); err != nil {
		return err
	}
	if dryRun {
		if len(value.(map[string]any)) != 1 {
			return errors.New("a dry run answers with more than ResponseContext")
		}
		return nil
	}
	return present(value, always[action]...)
}

func (v *Validator) problem(value any) error {
	if err := visitAnswer(v.doc.Components.Schemas["ErrorResponse"].Value, value); err != nil {
		return err
	}
	if err := present(value, "Errors", "Errors.[].Code", "Errors.[].Type", "Errors.[].Details"); err != nil {
		return err
	}
	problems := value.(map[string]any)["Errors"].([]any)
	if len(problems) == 0 {
		return errors.New("no error in Errors")
	}
	for _, problem := range problems {
		members := problem.(map[string]any)
		if _, err := strconv.ParseUint(members["Code"].(string), 10, 16); err != nil {
			return errors.New("the Code is not digits")
		}
		if members["Type"] == "" {
			return errors.New("the Type is empty")
		}
	}
	return nil
}

// form validates what all answers have in common.
func form(header http.Header, body []byte) error {
	if got := header.Get("Content-Type"); got != "application/json" {
		return fmt.Errorf("Content-Type %q, want application/json", got)
	}
	if got := header.Get("Content-Length"); got != strconv.Itoa(len(body)) {
		return fmt.Errorf("Content-Length %q, and %d bytes came", got, len(body))
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, body); err != nil {
		return errors.New("the body is not JSON")
	}
	if !bytes.Equal(compact.Bytes(), body) {
		return errors.New("the JSON is not compact")
	}
	return nil
}

func decode(body []byte) (any, error) {
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return nil, errors.New("the body is not JSON")
	}
	if _, ok := value.(map[string]any); !ok {
		return nil, errors.New("the body is not an object")
	}
	return value, nil
}
