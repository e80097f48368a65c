#!/bin/sh
# Prints agent.yaml(5), made from agent.yaml, so that each setting is explained in one place.
set -eu
cat <<'END'
.TH AGENT.YAML 5 "@DATE@" "k2hdkc-slave-agent @VERSION@" "File formats"
.SH NAME
agent.yaml \- settings of the K2HDKC slave agent
.SH SYNOPSIS
.I /etc/k2hdkc-slave-agent/agent.yaml
.br
.I /etc/k2hdkc-slave-agent/conf.d/*.yaml
.SH DESCRIPTION
A YAML mapping of sections to settings. Every setting has a default. Files in conf.d are laid over agent.yaml in the order of their
names, and options of the command line over all of them. A name that no setting has is refused, as is a value of the wrong kind.
.PP
Durations are a number with the unit ms, s, m, h or d. Lists are YAML lists, or one text with commas.
.PP
The daemon reads its settings again when it is reloaded.
.SH SETTINGS
END
awk '
function text(s) { gsub(/\\/, "\\e", s); gsub(/-/, "\\-", s); sub(/^[.]/, "\\\\\\&.", s); return s }
/^[a-z0-9]+:$/ { section = substr($0, 1, length($0) - 1) "."; next }
/^  [a-z0-9]+:$/ { inner = substr($1, 1, length($1) - 1) "."; next }
/^ +# / { sub(/^ +# /, ""); said = said (said == "" ? "" : " ") $0; next }
/^ +#[a-z]/ {
    nested = match($0, /^    #/)
    sub(/^ +#/, ""); at = index($0, ":"); name = substr($0, 1, at - 1); value = substr($0, at + 1); sub(/^ /, "", value)
    print ".TP"; print "\\fB" text(section (nested ? inner : "") name) "\\fR" (value == "" ? "" : " (" text(value) ")"); print text(said); said = ""
}
' "$1"
cat <<'END'
.SH EXAMPLE
.nf
watch:
  k2hr3_interval: 30s
chmpx:
  supervision: helper
.fi
.SH SEE ALSO
.BR k2hdkc-slave-agent (8)
END
