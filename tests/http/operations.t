#!/usr/bin/perl
# operations.t: the commands of docs/operations.md do what the page says; the units are sound.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Manual qw(manual);
use Test::More;

my $t = BackupTasks->new->start('db');
my $dir = $t->dir;
my $me = getpwuid $>;
mkdir $_ for "$dir/etc", "$dir/etc/secrets", "$dir/bin";

sub program {
    my ($name, $text) = @_;
    $t->_write("$dir/bin/$name", "#!/bin/sh\n$text\n");
    chmod 0755, "$dir/bin/$name";
    return;
}
program($_, "exec /usr/bin/$_ --no-defaults --socket=$dir/db.sock"
    . ' --user=root "$@"') for 'mariadb-dump';
# An option file that is named takes the place of the administrator's account.
program('mariadb', "case \$1 in --defaults-extra-file=*)"
    . " sed 's/backup-tasks/client/' \"\${1#*=}\" > $dir/client.cnf; shift;"
    . " exec /usr/bin/mariadb --defaults-file=$dir/client.cnf \"\$@\";; esac\n"
    . "exec /usr/bin/mariadb --no-defaults --socket=$dir/db.sock --user=root"
    . ' "$@"');
program('backup-tasks-ctl', 'if [ "$1" = grants ]; then set -- "$@" --dir '
    . $t->root . "/schema; fi\ncase \"\$*\" in *migrate) set -- \"\$@\" --dir "
    . $t->root . '/schema;; esac' . "\nexec " . $t->build
    . '/backup-tasks-ctl "$@"');

# A block of the manual, in this directory instead of /etc, as this user.
sub run {
    my ($name, %o) = @_;
    my $text = manual($name);
    $text =~ s{/etc/backup-tasks}{$dir/etc}g;
    $text =~ s/-o backup-agent/-o $me/g;
    $t->_write("$dir/block", "set -e\ncd $dir\n$text");
    $t->_write("$dir/input", $o{input} // '');
    local $ENV{PATH} = "$dir/bin:$ENV{PATH}";
    my ($status, $says) = $t->run_program('bash', '-c',
        "bash $dir/block < $dir/input");
    is($status, 0, "$name: done") or diag $says;
    return $says;
}

# Accounts, from nothing.
$t->sql('DROP DATABASE backup_tasks');
my %password = (migrate => 'one', worker => 'two', agent => 'three',
    admin => 'four');
for my $account (sort keys %password) {
    $t->_write("$dir/etc/$account.cnf", "[backup-tasks]\nsocket=$dir/db.sock\n"
        . "user=backup_$account\npassword=$password{$account}\n"
        . "database=backup_tasks\n");
    chmod 0600, "$dir/etc/$account.cnf";
}
run('accounts');
$t->sql('USE backup_tasks');

sub ctl_as {
    my ($account, @arguments) = @_;
    return $t->run_program($t->build . '/backup-tasks-ctl', '--store',
        "$dir/etc/$account.cnf", @arguments);
}
my @add = qw(cluster add --no-check --endpoints 127.0.0.1:1 --user u pay);
is((ctl_as('admin', @add))[0], 0, 'admin registers');
isnt((ctl_as('worker', @add[0 .. $#add - 1], 'crm'))[0], 0, 'worker does not');
isnt((ctl_as('agent', @add[0 .. $#add - 1], 'crm'))[0], 0, 'agent does not');
is((ctl_as('worker', qw(audit list)))[0], 0, 'worker reads the trail');
is((ctl_as('admin', qw(status)))[0], 1, 'admin reads no records');
is((ctl_as('migrate', qw(sample --tasks 30)))[0], 0, 'migrate: samples');

# A password is replaced without a moment in which others could read it.
$t->_write("$dir/etc/secrets/pay", "old\n");
run('rotate', input => "new\n");
is($t->read_file("$dir/etc/secrets/pay"), "new\n", 'rotated');
is(sprintf('%o', (stat "$dir/etc/secrets/pay")[2] & 0777), '600',
    'for its owner alone');

# Who watches the agents.
like(run('watch'), qr/no agent was seen for a minute/, 'no agent');
$t->sql('INSERT INTO agents (name, started, last_seen) VALUES'
    . " ('x', UTC_TIMESTAMP(), UTC_TIMESTAMP())");
is(run('watch'), '', 'an agent');

# Dump, loss, restore.
run('dump');
my $state = 'SELECT CONCAT((SELECT COUNT(*) FROM data_tasks), "/",'
    . ' (SELECT MAX(id) FROM audit_events), "/", (SELECT COUNT(*) FROM'
    . ' cluster_access))';
my $before = $t->value($state);
my $number = $t->value('SELECT number FROM change_counter');
$t->sql('DROP DATABASE backup_tasks');
my $says = run('restore');
$t->sql('USE backup_tasks');
is($t->value($state), $before, 'all of it is back');
is($t->value('SELECT number FROM change_counter'), $number + 1_000_000_000,
    'numbers that nobody has seen');
like($says, qr/events are sound/, 'the trail is whole');

# The sums of daily reports, by the rights of the worker.
like(run('reports'), qr/^0 documents are as they were written/m, 'report verify');

# The units: every option that they give is known, and systemd understands them.
for my $unit (glob $t->root . '/conf/systemd/*.service') {
    my ($name) = $unit =~ m{([^/]+)\.service$};
    my $text = $t->read_file($unit);
    my ($command) = $text =~ /^ExecStart=(.*)$/m;
    like($command, qr{^/usr/local/sbin/$name --}, "$name: what it runs");
    my ($status, $help) = $t->run_program($t->build . "/$name", '--help');
    like($help, qr/\Q$_\E\b/, "$name: $_") for $command =~ /(--[a-z-]+)/g;
    next if !-x '/usr/bin/systemd-analyze';
    $text =~ s{/usr/local/sbin}{$t->build}e;
    $text =~ s/^Documentation=.*\n//m;
    $t->_write("$dir/$name.service", $text);
    ($status, $says) = $t->run_program('systemd-analyze', 'verify',
        '--man=no', "$dir/$name.service");
    is($says =~ s/^(?!.*\Q$name\E).*\n//gmr, '', "$name: systemd says nothing");
}

# What the page links to is there.
my $page = $t->read_file($t->root . '/docs/operations.md');
for my $link ($page =~ /\]\(([^)#:]+)/g) {
    ok(-e $t->root . "/docs/$link", "link to $link");
}

$t->done;
