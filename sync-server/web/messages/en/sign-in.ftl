sign-in = Sign in
sign-in-welcome = Sign in with the name that the office gave you.
sign-in-name = Name
sign-in-password = Password
session-ended = Please sign in again
session-kept = What is on the page stays as it is.
session-take-other = Go on as the other person
