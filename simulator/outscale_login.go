package simulator

import "github.com/outscale-access/terraform-provider-outscale/simulator/store"

// The actions below set OutscaleLoginAllowed. It has no other effect, because log-in to Cockpit is not simulated.

// setRootLogin serves EnableOutscaleLogin and DisableOutscaleLogin.
func setRootLogin(allowed bool) func(*Simulator, *call) (fields, *problem) {
	return func(s *Simulator, c *call) (fields, *problem) {
		return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
			account := v.Account()
			account.LoginAllowed = allowed
			change.PutAccount(account)
			return nil, nil
		})
	}
}

// setUsersLogin serves EnableOutscaleLoginForUsers and DisableOutscaleLoginForUsers.
func setUsersLogin(allowed bool) func(*Simulator, *call) (fields, *problem) {
	return func(s *Simulator, c *call) (fields, *problem) {
		return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
			s.setLogin(change, v.Users(), allowed)
			return nil, nil
		})
	}
}

// setUserLogin serves EnableOutscaleLoginPerUsers and DisableOutscaleLoginPerUsers. They refuse the whole call if one user is unknown.
func setUserLogin(allowed bool) func(*Simulator, *call) (fields, *problem) {
	return func(s *Simulator, c *call) (fields, *problem) {
		names := c.texts("UserNames")
		return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
			var users []store.User
			for _, name := range names {
				user, ok := v.UserNamed(name)
				if !ok {
					return nil, unknownUser(name)
				}
				users = append(users, user)
			}
			s.setLogin(change, users, allowed)
			return nil, nil
		})
	}
}

func (s *Simulator) setLogin(change *store.Change, users []store.User, allowed bool) {
	for _, user := range users {
		user.LoginAllowed = allowed
		user.Modified = millis(s.Now())
		change.PutUser(user)
	}
}
