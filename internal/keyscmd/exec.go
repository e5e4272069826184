package keyscmd

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/spf13/cobra"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/review"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// revokeLimit is the time for revoking the key of exec when its command has ended.
const revokeLimit = time.Minute

func (a *app) execCommand() *cobra.Command {
	var userName, tag, lifetime string
	cmd := &cobra.Command{
		Use: "exec --user USER [flags] [--] COMMAND [ARGUMENT ...]", Args: named(1, math.MaxInt, "the command to run"),
		Short: "Run a command with an access key of its own",
		Long: `Run a command with a new access key of a user in its environment (OSC_ACCESS_KEY, OSC_SECRET_KEY, OSC_REGION, and
OSC_ENDPOINT_API).

When the command ends, the key is revoked. The key expires after --for in any case, at the API: also when outscale-keys is
killed.

Signals are passed on to the command, which decides when it ends; the third one kills it. The exit code is the command's,
128 and the number of the signal if a signal ended it, or 2 if the command could not be run, or the key could not be created
or revoked.`,
		Example: "  outscale-keys exec --user ci --for 1h -- terraform plan",
		RunE: func(cmd *cobra.Command, args []string) error {
			life, err := review.ParseDuration(lifetime)
			if err != nil || life < time.Minute {
				return fmt.Errorf("--for %s: it is a time of a minute or more, for example 30m, 12h or 1d", text.Word(lifetime))
			}
			s, err := a.connect()
			if err != nil {
				return err
			}
			return a.exec(cmd.Context(), s, key.Spec{Owner: key.Owner{UserName: userName}, State: key.Active, Tag: tag}, life, args)
		},
	}
	cmd.Flags().StringVar(&userName, "user", "", "the `USER` that the key belongs to")
	cmd.Flags().StringVar(&lifetime, "for", "1h", "the `TIME` after which the key expires at the latest, for example 30m or 1d")
	cmd.Flags().StringVar(&tag, "tag", "outscale-keys exec", "the `TAG` of the key")
	_ = cmd.MarkFlagRequired("user")   // the flag exists
	cmd.Flags().SetInterspersed(false) // what follows the command is its own, also without --
	return cmd
}

// exec creates the key, runs the command and revokes the key, whatever happens on the way.
func (a *app) exec(ctx context.Context, s *services, spec key.Spec, lifetime time.Duration, argv []string) error {
	// The API's clock decides about the expiry, and is known from the first answer only. Create needs the id too, and makes no
	// call for it then.
	if _, err := s.account.ID(ctx); err != nil {
		return fmt.Errorf("no access key was requested: %w", err)
	}
	expires := s.keys.Now().Add(lifetime).UTC().Truncate(time.Second)
	spec.Expires = &expires
	created, err := s.keys.Create(ctx, spec, key.CreateOptions{Abandoned: func() bool { return ctx.Err() != nil }})
	if created.Key.ID == "" {
		return err
	}
	code := 0
	if err == nil {
		code, err = a.host.Start(ctx, argv, a.environment(s, created.Key))
		if err != nil {
			err = fmt.Errorf("%s could not be run: %w", text.Word(argv[0]), err)
		}
	}
	work, cancel := context.WithTimeout(context.WithoutCancel(ctx), revokeLimit)
	defer cancel()
	if revokeErr := s.keys.Revoke(work, spec.Owner, created.Key); revokeErr != nil {
		return errors.Join(err, fmt.Errorf("access key %s was not revoked, it expires on %s: %w", created.Key.ID, date(&expires), revokeErr))
	}
	if err == nil && code != 0 {
		return exitCode(code)
	}
	return err
}

// environment is what the command finds in its environment.
func (a *app) environment(s *services, k key.Key) []string {
	return []string{
		"OSC_ACCESS_KEY=" + k.ID, "OSC_SECRET_KEY=" + k.Secret, "OSC_REGION=" + s.config.Region, "OSC_ENDPOINT_API=" + s.config.Endpoint,
		// What would have another credential win, or take part, is emptied.
		"OSC_PROFILE=", "OSC_LOGIN=", "OSC_PASSWORD=",
	}
}
