package conformance

import (
	"testing"

	"github.com/outscale/osc-sdk-go/v3/pkg/options"
	"github.com/outscale/osc-sdk-go/v3/pkg/osc"
	"github.com/outscale/osc-sdk-go/v3/pkg/profile"
)

func sdkClient(t *testing.T, s *server, id, secret string) *osc.Client {
	t.Helper()
	client, err := osc.NewClient(&profile.Profile{
		AccessKey: id, SecretKey: secret, Region: "eu-west-2", Protocol: "http", Endpoints: profile.Endpoint{API: s.api},
	}, options.WithoutLogging())
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// SDK v3 creates a user that may do one thing, with a policy linked to its group, and reads everything back.
func TestClient_sdkV3Identities(t *testing.T) {
	t.Parallel()
	s := forClients(t)
	ctx, client := t.Context(), sdkClient(t, s, rootID, rootSecret)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	group, err := client.CreateUserGroup(ctx, osc.CreateUserGroupRequest{UserGroupName: "readers", Path: ptr("/team/")})
	must(err)
	if group.UserGroup.CreationDate.Year() < 2020 || *group.UserGroup.Path != "/team/" {
		t.Errorf("%+v", group.UserGroup)
	}
	_, err = client.AddUserToUserGroup(ctx, osc.AddUserToUserGroupRequest{UserGroupName: "readers", UserName: clientUser})
	must(err)
	policy, err := client.CreatePolicy(ctx, osc.CreatePolicyRequest{
		PolicyName: "read-users", Document: `{"Statement":[{"Effect":"Allow","Action":["api:ReadUsers"],"Resource":["*"]}]}`,
	})
	must(err)
	orn := *policy.Policy.Orn
	key, err := client.CreateAccessKey(ctx, osc.CreateAccessKeyRequest{UserName: ptr(clientUser)})
	must(err)
	user := sdkClient(t, s, *key.AccessKey.AccessKeyId, *key.AccessKey.SecretKey)
	if _, err := user.ReadUsers(ctx, osc.ReadUsersRequest{}); err == nil {
		t.Error("the user has a right before the policy is linked")
	}
	_, err = client.LinkManagedPolicyToUserGroup(ctx, osc.LinkManagedPolicyToUserGroupRequest{PolicyOrn: orn, UserGroupName: "readers"})
	must(err)
	_, err = user.ReadUsers(ctx, osc.ReadUsersRequest{})
	must(err)
	if _, err := user.ReadPolicies(ctx, osc.ReadPoliciesRequest{}); err == nil {
		t.Error("the user has another right")
	}

	entities, err := client.ReadEntitiesLinkedToPolicy(ctx, osc.ReadEntitiesLinkedToPolicyRequest{PolicyOrn: orn})
	must(err)
	if groups := *entities.PolicyEntities.Groups; len(groups) != 1 || *groups[0].Name != "readers" {
		t.Errorf("entities: %+v", entities.PolicyEntities)
	}
	versions, err := client.ReadPolicyVersions(ctx, osc.ReadPolicyVersionsRequest{PolicyOrn: orn})
	must(err)
	if list := *versions.PolicyVersions; len(list) != 1 || *list[0].VersionId != "v1" || list[0].CreationDate.Year() < 2020 {
		t.Errorf("versions: %+v", list)
	}
	rules, err := client.ReadApiAccessRules(ctx, osc.ReadApiAccessRulesRequest{})
	must(err)
	if list := *rules.ApiAccessRules; len(list) != 1 || (*list[0].IpRanges)[0] != "0.0.0.0/0" {
		t.Errorf("rules: %+v", list)
	}
	ca, err := client.CreateCa(ctx, osc.CreateCaRequest{CaPem: caPEM(t)})
	must(err)
	if len(*ca.Ca.CaFingerprint) != 40 {
		t.Errorf("CA: %+v", ca.Ca)
	}
	quotas, err := client.ReadQuotas(ctx, osc.ReadQuotasRequest{})
	must(err)
	if len(*quotas.QuotaTypes) != 2 {
		t.Errorf("quotas: %+v", quotas.QuotaTypes)
	}
}
