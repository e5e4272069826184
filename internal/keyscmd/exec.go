package keyscmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/review"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// revokeLimit is the time in which exec must revoke the key after its program has ended.
const revokeLimit = time.Minute

func (a *app) execCommand() *cobra.Command {
	var userName, tag, lifetime string
	cmd := &cobra.Command{
		Use: "exec --user USER [flags] [--] PROGRAM [ARGUMENT ...]", Args: func(_ *cobra.Command, args []string) error {
			if userName == "" || len(args) == 0 {
				return errors.New("give --user USER and the program to run")
			}
			return nil
		},
		Short: "Run a program with a temporary access key",
		Long: `Run a program with a new access key of a user in its environment (OSC_ACCESS_KEY, OSC_SECRET_KEY, OSC_REGION and
OSC_ENDPOINT_API).

The command revokes the key when the program ends. If outscale-keys is killed, the key remains until it expires after --for.

The command passes signals on to the program, which decides when it ends; the third signal kills it.

Exit codes: that of the program; 128 and the number of the signal if a signal ended the program; 2 if the program could not
be run, or if the key could not be created or revoked.`,
		Example: "  outscale-keys exec --user ci --for 1h -- terraform plan",
		RunE: func(cmd *cobra.Command, args []string) error {
			life, err := review.ParseDuration(lifetime)
			if err == nil && life < time.Minute {
				err = fmt.Errorf("%q is less than 1m", lifetime)
			}
			if err != nil {
				return fmt.Errorf("--for: %w", err)
			}
			if key.IsMarker(tag) {
				return fmt.Errorf("--tag %s: tags that begin with %s are those of unfinished keys", text.Word(tag), key.MarkerPrefix)
			}
			if err := a.host.Find(args[0]); err != nil {
				return fmt.Errorf("no access key was created, because the program was not found: %w", err)
			}
			s, err := a.connect()
			if err != nil {
				return err
			}
			return a.exec(cmd.Context(), s, key.Spec{Owner: key.Owner{UserName: userName}, State: key.Active, Tag: tag}, life, args)
		},
	}
	cmd.Flags().StringVar(&userName, "user", "", "the `USER` that the key belongs to")
	cmd.Flags().StringVar(&lifetime, "for", "1h", "the key expires after this `TIME`, for example 30m or 1d")
	cmd.Flags().StringVar(&tag, "tag", "outscale-keys exec", "the `TAG` of the key")
	cmd.Flags().SetInterspersed(false) // flags after the program are the program's, even without --
	return cmd
}

// exec creates the key, runs the program and revokes the key, even after a failure.
func (a *app) exec(ctx context.Context, s *services, spec key.Spec, lifetime time.Duration, argv []string) error {
	// The API's clock decides when the key expires, and the command knows it only after an answer. Create needs the id of the
	// account too, and does not read it again.
	if _, err := s.account.ID(ctx); err != nil {
		return fmt.Errorf("no access key was created: %w", err)
	}
	expires := s.keys.Now().Add(lifetime).UTC().Truncate(time.Second)
	spec.Expires = &expires
	created, err := s.keys.Create(ctx, spec, key.CreateOptions{Abandoned: func() bool { return ctx.Err() != nil }})
	if created.Key.ID == "" {
		return err
	}
	code := 0
	if err == nil {
		code, err = a.host.Start(ctx, argv, environment(s, created.Key))
		if err != nil {
			err = fmt.Errorf("%s could not be run: %w", text.Word(argv[0]), err)
		}
	}
	work, cancel := context.WithTimeout(context.WithoutCancel(ctx), revokeLimit)
	defer cancel()
	if revokeErr := s.keys.Revoke(work, spec.Owner, created.Key); revokeErr != nil {
		// Without the remedy of the failed call: to run the command again would run the program again.
		return errors.Join(err, fmt.Errorf("access key %s was not revoked and expires on %s: %s\nTo delete it: outscale-keys revoke %s", created.Key.ID, date(&expires), revokeErr.Error(), created.Key.ID))
	}
	if err == nil && code != 0 {
		return exitCode(code)
	}
	return err
}

// environment returns the variables of the program.
func environment(s *services, k key.Key) []string {
	return []string{
		"OSC_ACCESS_KEY=" + k.ID, "OSC_SECRET_KEY=" + k.Secret, "OSC_REGION=" + s.config.Region, "OSC_ENDPOINT_API=" + s.config.Endpoint,
		// These variables would name another credential.
		"OSC_PROFILE=", "OSC_LOGIN=", "OSC_PASSWORD=",
	}
}
