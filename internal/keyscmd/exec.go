package keyscmd

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/spf13/cobra"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// revokeLimit is the time for revoking the key of exec when its command has ended.
const revokeLimit = time.Minute

func (a *app) execCommand() *cobra.Command {
	var userName, tag string
	var lifetime time.Duration
	cmd := &cobra.Command{
		Use: "exec --user USER [flags] -- COMMAND [ARGUMENT ...]", Args: named(1, math.MaxInt, "the command to run, after --"),
		Short: "Run a command with an access key of its own",
		Long: `Run a command with a new access key of a user in its environment (OSC_ACCESS_KEY, OSC_SECRET_KEY, OSC_REGION, and
OSC_ENDPOINT_API).

The key expires after --for, at the API: also when this command is killed. When the command ends, or on a signal, the key is
revoked. The exit code is the command's, or 2 if the key could not be created or revoked.`,
		Example: "  outscale-keys exec --user ci --for 1h -- terraform plan",
		RunE: func(cmd *cobra.Command, args []string) error {
			if lifetime < time.Minute {
				return errors.New("--for must be a minute or more")
			}
			s, err := a.connect()
			if err != nil {
				return err
			}
			return a.exec(cmd.Context(), s, key.Spec{Owner: key.Owner{UserName: userName}, State: key.Active, Tag: tag}, lifetime, args)
		},
	}
	cmd.Flags().StringVar(&userName, "user", "", "the user that the key belongs to")
	cmd.Flags().DurationVar(&lifetime, "for", time.Hour, "when the key expires at the latest, for example 30m")
	cmd.Flags().StringVar(&tag, "tag", "outscale-keys exec", "the tag of the key")
	_ = cmd.MarkFlagRequired("user") // the flag exists
	return cmd
}

// exec creates the key, runs the command and revokes the key, whatever happens on the way.
func (a *app) exec(ctx context.Context, s *services, spec key.Spec, lifetime time.Duration, argv []string) error {
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
