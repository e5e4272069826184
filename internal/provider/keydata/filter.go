// Package keydata has the data sources about access keys: outscale_access_key, outscale_access_keys and
// outscale_access_key_audit.
package keydata

import (
	"context"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/filter"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
)

// The filters. The official provider has the first two.
const (
	byID    = "access_key_ids"
	byState = "states"
	byTag   = "tags"
)

// find returns the keys that match. If there are ids and no owner, it searches the keys of every owner.
func find(ctx context.Context, keys providerdata.Keys, owner string, filters filter.Set) ([]key.Key, error) {
	var found []key.Key
	var err error
	if ids := filters[byID]; owner == "" && len(ids) > 0 {
		found, err = keys.FindAll(ctx, ids)
	} else {
		found, err = keys.List(ctx, key.Owner{UserName: owner})
	}
	if err != nil {
		return nil, err
	}
	var passed []key.Key
	for _, k := range found {
		if filters.Pass(byID, k.ID) && filters.Pass(byState, string(k.State)) && filters.Pass(byTag, k.Tag) {
			passed = append(passed, k)
		}
	}
	return passed, nil
}

// question describes what was looked for.
func question(owner string, filters filter.Set) string {
	var parts []string
	if owner != "" {
		parts = append(parts, "user_name = "+owner)
	}
	if text := filters.String(); text != "" {
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		return "the caller as owner"
	}
	return strings.Join(parts, "; ")
}

// element is one key of a list, and what the other data sources show of a key.
type element struct {
	AccessKeyID          types.String `tfsdk:"access_key_id"`
	UserName             types.String `tfsdk:"user_name"`
	State                types.String `tfsdk:"state"`
	Tag                  types.String `tfsdk:"tag"`
	Expired              types.Bool   `tfsdk:"expired"`
	ExpirationDate       types.String `tfsdk:"expiration_date"`
	CreationDate         types.String `tfsdk:"creation_date"`
	LastModificationDate types.String `tfsdk:"last_modification_date"`
}

func elementOf(k key.Key, now time.Time) element {
	return element{
		AccessKeyID:          types.StringValue(k.ID),
		UserName:             keyattr.TextOrNull(k.UserName),
		State:                types.StringValue(string(k.State)),
		Tag:                  keyattr.TextOrNull(k.Tag),
		Expired:              types.BoolValue(k.Expired(now)),
		ExpirationDate:       isodate.Of(k.Expires).StringValue,
		CreationDate:         isodate.Of(&k.Created).StringValue,
		LastModificationDate: isodate.Of(&k.Modified).StringValue,
	}
}
