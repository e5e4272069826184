package keyscmd

import (
	"errors"
	"strings"

	"github.com/outscale-access/terraform-provider-outscale/internal/account"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/group"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/policy"
	"github.com/outscale-access/terraform-provider-outscale/internal/rights"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
)

// services are the domain services for one account.
type services struct {
	config   api.Config // with the credential that signs
	keys     *key.Service
	users    *user.Service
	account  *account.Service
	groups   *group.Service
	policies *policy.Service
	rights   *rights.Service
}

// connect resolves the credential and the endpoint. It makes no call.
func (a *app) connect() (*services, error) {
	cfg, err := api.Resolve(api.Settings{
		Profile: set(a.flags.profile), ConfigFile: set(a.flags.configFile), Region: set(a.flags.region), Endpoint: set(a.flags.endpoint),
	}, a.host.Env, a.host.Home)
	if err != nil {
		return nil, errors.New(asFlags.Replace(err.Error()))
	}
	for _, w := range cfg.Warnings {
		a.note("warning: %s: %s", w.Summary, text.Escape(strings.Join(strings.Fields(asFlags.Replace(w.Detail)), " ")))
	}
	cfg.RequestsPerSecond = a.flags.rate
	cfg.UserAgent = "outscale-keys/" + a.version + " (+https://github.com/outscale-access/terraform-provider-outscale)"
	cfg.Now = a.host.Now
	cfg.Log, cfg.NoBodies = a.logWait, true
	a.waits.next = a.host.Now().Add(firstWait)
	client, err := api.New(cfg)
	if err != nil {
		return nil, err
	}
	opts := domain.Options{Now: a.host.Now}
	accounts := account.New(client, opts)
	users := user.New(client, accounts, opts)
	return &services{
		config: cfg, account: accounts, users: users,
		keys:     key.New(client, users, accounts, key.Options{Options: opts}),
		groups:   group.New(client, accounts, opts),
		policies: policy.New(client, accounts, opts),
		rights:   rights.New(client, opts),
	}, nil
}

// asFlags replaces arguments of the provider block with the flags of this command that have the same meaning.
var asFlags = strings.NewReplacer(
	"the provider block (`access_key_id` and `secret_key_id`, `login` and `password`, `profile`, `config_file`)", "the command line (--profile, --config-file)",
	"`profile` of the provider block", "--profile", "`config_file` of the provider block", "--config-file",
	"`region` of the provider block", "--region", "`endpoint` of the provider block", "--endpoint",
	"`profile`", "--profile", "`config_file`", "--config-file", "`region`", "--region", "`endpoint`", "--endpoint",
	"the provider block", "the command line",
)

// set returns a pointer to the value of a flag, nil if it is empty.
func set(value string) *string {
	if value == "" {
		return nil
	}
	return &value
}
