package acceptance_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/accesskey"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/session"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// says matches a sentence in which the CLI broke lines.
func says(text string) *regexp.Regexp {
	return regexp.MustCompile(strings.ReplaceAll(regexp.QuoteMeta(text), " ", `[\s│]+`))
}

// refusal is a fault: the caller may not do that.
func refusal(action string) simulator.Fault {
	return simulator.Fault{Action: action, Kind: "status", Status: 403, Code: "4"}
}

func weakRSA(t *testing.T) Pair {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	return SSHKey(t, &key.PublicKey, key, "")
}

func ecdsaPair(t *testing.T) Pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return SSHKey(t, &key.PublicKey, key, "")
}

// TestWhatCannotBeSealedToCostsNoKey: each is an error of the plan that names the argument and the remedy, repeats no
// private key, and makes no call. Known only at apply, it is an error before the key is created.
func TestWhatCannotBeSealedToCostsNoKey(t *testing.T) {
	mine, locked := AgePair(t), SSHPair(t, "")
	hundred := make([]string, 100)
	for i := range hundred {
		hundred[i] = fmt.Sprint("age1", i)
	}
	for name, c := range map[string]struct {
		keys    []string
		private string
		want    []string
	}{
		"no key":             {[]string{"not a key"}, "", []string{"`seal_to[0]` is not a public key", "Give an age recipient"}},
		"empty":              {nil, "", []string{"`seal_to`: the list of public keys is empty", "leave the argument out"}},
		"an empty item":      {[]string{mine.Public, ""}, "", []string{"`seal_to[1]` is empty"}},
		"an age private key": {[]string{mine.Public, mine.Private}, mine.Private, []string{"`seal_to[1]` is an age private key", "Give the public half instead"}},
		"an SSH private key": {[]string{locked.Private}, strings.Split(locked.Private, "\n")[2], []string{"`seal_to[0]` is an SSH private key", "Give the public half instead"}},
		"a cut private key":  {[]string{strings.TrimPrefix(mine.Private, "AGE-SECRET-KEY-")}, strings.TrimPrefix(mine.Private, "AGE-SECRET-KEY-"), []string{"`seal_to[0]` is not a public key"}},
		"a cut one beside":   {[]string{ecdsaPair(t).Public, strings.TrimPrefix(mine.Private, "AGE-SECRET-KEY-")}, strings.TrimPrefix(mine.Private, "AGE-SECRET-KEY-"), []string{"`seal_to[0]` is an SSH ECDSA key"}},
		"a PEM's body":       {[]string{"MIIEowIBAAKC\nAQEAsecret"}, "AQEAsecret", []string{"`seal_to[0]` holds more than one line"}},
		"a hundred":          {hundred, "", []string{"`seal_to`: the list has 100 public keys", "20 at most"}},
		"twice":              {[]string{mine.Public, strings.ToUpper(mine.Public)}, "", []string{"`seal_to[1]` is the same key as public key [0]", "Give each key once"}},
		"weak RSA":           {[]string{weakRSA(t).Public}, "", []string{"`seal_to[0]` is an RSA key of 1024 bits", "ssh-keygen -t ed25519"}},
		"ECDSA":              {[]string{ecdsaPair(t).Public}, "", []string{"`seal_to[0]` is an SSH ECDSA key"}},
		"mixed strength":     {[]string{mine.Public, PostQuantumPair(t).Public}, "", []string{"`seal_to[1]` is a post-quantum key"}},
		"an expired OpenPGP": {[]string{OpenPGPPair(t, time.Now().Add(-48*time.Hour), time.Hour, "").Public}, "", []string{"`seal_to[0]` is an OpenPGP key that expired on", "renew it"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(t)
			asked := w.Mark()
			s := w.Workspace(Key("this", sealTo(c.keys...)))
			r := s.Plan()
			if r.Code != 1 {
				t.Errorf("the plan ended with %d", r.Code)
			}
			r.Contains(t, append(c.want, "Secret cannot be sealed to this key")...)
			later := strings.Replace(sealTo(c.keys...), "seal_to =", "input =", 1)
			s.Write(Block("terraform_data", "keys", later) + Key("this", "seal_to = terraform_data.keys.output"))
			if known := s.Plan(); known.Code != 2 {
				t.Errorf("the plan with recipients that are not known ended with %d:\n%s", known.Code, known.Output)
			}
			applied := s.Run("apply", "-auto-approve", "-input=false", "-no-color")
			if applied.Code != 1 {
				t.Errorf("the apply ended with %d", applied.Code)
			}
			applied.Contains(t, c.want[0])
			if writes := asked.Writes(); len(writes) != 0 {
				t.Errorf("changing calls: %v", writes)
			}
			if c.private != "" {
				w.Must(Absent("the plan's error", []byte(r.Output), c.private))
			}
		})
	}
}

// TestRecipientsNotKnownYet: a new key is planned without them; what is known of them is checked all the same.
func TestRecipientsNotKnownYet(t *testing.T) {
	t.Parallel()
	w := New(t)
	mine, yours := AgePair(t), AgePair(t)
	later := func(key string) string { return Block("terraform_data", "key", fmt.Sprintf("input = %q", key)) }
	partly := Key("this", fmt.Sprintf("seal_to = [terraform_data.key.output, %q]", yours.Public))
	s := w.Workspace(later(mine.Public) + Key("this", fmt.Sprintf("seal_to = [terraform_data.key.output, %q]", yours.Private)))
	r := s.Plan()
	r.Contains(t, "`seal_to[1]` is an age private key")
	w.Must(Absent("the plan's error", []byte(r.Output), yours.Private))
	s.Write(later(mine.Public) + partly)
	s.Apply()
	opens(t, w, s, mine, "")
	opens(t, w, s, yours, "")
	s.EmptyPlan()
	s.Write(Block("terraform_data", "key", fmt.Sprintf("input = %q", AgePair(t).Public), "triggers_replace = [1]") + partly)
	s.Plan().Contains(t, "are not known before the apply and may be other ones", "Access key replaced for its recipients")
	s.NoSecretRests(mine.Private, yours.Private)
}

// TestWhetherToSealIsNotKnownYet: the argument as a whole comes from an apply, and turns out to be left out, then given.
func TestWhetherToSealIsNotKnownYet(t *testing.T) {
	t.Parallel()
	w := New(t)
	mine := AgePair(t)
	config := func(json string) string {
		return Block("terraform_data", "keys", fmt.Sprintf("input = %q", json)) + Key("this", "seal_to = jsondecode(terraform_data.keys.output)")
	}
	s := w.Workspace(config("null"))
	s.Apply()
	if len(w.Secrets(s.State())) != 1 {
		t.Error("the secret of a plain key is not in the state")
	}
	s.EmptyPlan()
	s.Write(config(fmt.Sprintf("[%q]", mine.Public)))
	s.Apply().Contains(t, "0 added, 2 changed, 0 destroyed")
	opens(t, w, s, mine, "")
	s.EmptyPlan()
}

// TestAnUnfinishedKeyIsSealedAllTheSame: its secret must not be lost, and must not be in clear for a failure either.
func TestAnUnfinishedKeyIsSealedAllTheSame(t *testing.T) {
	t.Parallel()
	w := New(t)
	mine := AgePair(t)
	s := w.Workspace(Key("this", sealTo(mine.Public), `state = "INACTIVE"`))
	w.Fault(refusal("UpdateAccessKey"))()
	if r := s.Run("apply", "-auto-approve", "-input=false", "-no-color"); r.Code != 1 {
		t.Errorf("the apply ended with %d", r.Code)
	}
	opens(t, w, s, mine, "")
	w.Fault()()
	s.Apply().Contains(t, "1 added, 0 changed, 1 destroyed")
	opens(t, w, s, mine, "")
	s.NoSecretRests(mine.Private)
}

// turning is an API during whose creation of a key something happens.
type turning struct {
	credential.API
	turn func()
}

func (a turning) CreateAccessKey(ctx context.Context, in api.CreateAccessKeyInput) (api.AccessKey, error) {
	key, err := a.API.CreateAccessKey(ctx, in)
	a.turn()
	return key, err
}

// createAsItExpires creates a key whose only recipient expires in an hour, on a clock that is before ahead of now when it
// begins, and during ahead once the key was made.
func createAsItExpires(t *testing.T, w *World, before, during time.Duration) resource.CreateResponse {
	t.Helper()
	ctx, now := context.Background(), w.Simulator.Now()
	recipient := OpenPGPPair(t, now.Add(-time.Hour), 2*time.Hour, "").Public
	ahead := before
	clock := func() time.Time { return now.Add(ahead) }
	keeper := credential.New(turning{w.API(), func() { ahead = during }}, credential.Options{Now: clock})
	r := accesskey.NewResource().(*accesskey.Resource)
	decided := session.Decided(keeper)
	decided.Now = clock
	r.Configure(ctx, resource.ConfigureRequest{ProviderData: decided}, &resource.ConfigureResponse{})
	var schema resource.SchemaResponse
	r.Schema(ctx, resource.SchemaRequest{}, &schema)
	object := schema.Schema.Type().TerraformType(ctx).(tftypes.Object)
	values := map[string]tftypes.Value{}
	for name, kind := range object.AttributeTypes {
		values[name] = tftypes.NewValue(kind, nil)
	}
	values["seal_to"] = tftypes.NewValue(object.AttributeTypes["seal_to"], []tftypes.Value{tftypes.NewValue(tftypes.String, recipient)})
	config := tftypes.NewValue(object, values)
	resp := resource.CreateResponse{State: tfsdk.State{Schema: schema.Schema, Raw: tftypes.NewValue(object, nil)}}
	r.Create(ctx, resource.CreateRequest{Config: tfsdk.Config{Schema: schema.Schema, Raw: config}, Plan: tfsdk.Plan{Schema: schema.Schema, Raw: config}}, &resp)
	return resp
}

// TestASecretThatCannotBeSealedAfterAll: the key is revoked, and said so. What cannot even be revoked is in the state,
// so that the next apply replaces it; its secret is nowhere.
func TestASecretThatCannotBeSealedAfterAll(t *testing.T) {
	t.Parallel()
	w := New(t)
	resp := createAsItExpires(t, w, 0, 3*time.Hour)
	if !resp.State.Raw.IsNull() || len(w.Keys()) != 0 || len(w.Issued()) != 1 {
		t.Errorf("state kept: %t; %d keys at the API; %d were made", !resp.State.Raw.IsNull(), len(w.Keys()), len(w.Issued()))
	}
	if d := resp.Diagnostics; d.ErrorsCount() != 1 || !strings.Contains(d[0].Detail(), "expired") || !strings.Contains(d[0].Detail(), "The key was revoked") {
		t.Errorf("%v", d)
	}

	w.Fault(refusal("DeleteAccessKey"))()
	resp = createAsItExpires(t, w, 0, 3*time.Hour)
	left := w.OnlyKey()
	if d := resp.Diagnostics; d.ErrorsCount() != 2 || !strings.Contains(d[0].Detail(), "the next apply replaces it") || !strings.Contains(d[1].Detail(), left.AccessKeyID) {
		t.Errorf("%v", d)
	}
	state := resp.State.Raw.String()
	if !strings.Contains(state, left.AccessKeyID) {
		t.Error("the key that is left is not in the state")
	}
	w.Must(Absent("the state", []byte(state), w.Issued()...))
	w.Fault()()
}

// TestCreateTriesBeforeItMakes: also when planning, which looks at the recipients as well, is long past.
func TestCreateTriesBeforeItMakes(t *testing.T) {
	t.Parallel()
	w := New(t)
	resp := createAsItExpires(t, w, 3*time.Hour, 3*time.Hour)
	if d := resp.Diagnostics; d.ErrorsCount() != 1 || !strings.Contains(d[0].Detail(), "`seal_to[0]` is an OpenPGP key that expired on") {
		t.Errorf("%v", d)
	}
	if calls := w.Simulator.Requests(); len(calls) != 0 {
		t.Errorf("%d calls were made, the first of %s", len(calls), calls[0].Action)
	}
}
