#!/usr/bin/perl
# module_identity.t: who counts as a user, and what the roles open.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks::Module;
use MIME::Base64 qw(encode_base64);
use Test::More;

sub basic { return 'Basic ' . encode_base64($_[0], '') }

my $t = BackupTasks::Module->new(location => 'backup_tasks_logout_url '
    . '"https://portal.example/logout?from=$request_id";');

# A user is one whom nginx has verified.
my $params = $t->params($t->get('/backup/data.xml', user => 'olga'));
is($params->{BT_USER}, 'olga', 'a verified user');
is($params->{BT_ROLES}, 'operator', 'with the role');
is($params->{BT_SCOPE}, '*', 'without a scope of its own: everything');
$params = $t->params($t->get('/backup/data.xml', user => 'anna'));
is($params->{BT_ROLES}, 'viewer operator auditor feed', 'several roles');

for my $header (
    [ Authorization => basic('olga:wrong') ],
    [ Authorization => basic('olga:') ],
    [ Authorization => basic('olga') ],
    [ Authorization => basic('root:root') ],
    [ Authorization => basic('') ],
    [ Authorization => 'Basic' ],
    [ Authorization => 'Basic %%%%' ],
    [ Authorization => 'Bearer olga' ],
    [ 'Remote-User' => 'olga' ], [ 'Remote_User' => 'olga' ],
    [ 'X-Remote-User' => 'olga' ], [ 'X-Forwarded-User' => 'olga' ],
    [ 'BT-USER' => 'olga' ], [ 'BT_USER' => 'olga' ],
    [ 'Backup-Tasks-User' => 'olga' ], [ 'Cookie' => 'user=olga' ],
) {
    my ($name, $value) = @$header;
    my $answer = $t->get('/backup/data.xml?bad=1', headers => [ @$header ]);
    is($answer->{status}, 401, "401 for $name: $value");
    is($t->error_fields($answer)->{code}, 'UNAUTHORIZED', 'with a document');
}

# Headers of a signed-in user change neither the user nor the roles.
my $answer = $t->get('/backup/data.xml', user => 'vera', headers => [
    'Remote-User' => 'olga', 'BT_USER' => 'olga', 'BT-Roles' => 'operator',
    'X-Forwarded-User' => 'olga', 'HTTP_BT_USER' => 'olga' ]);
$params = $t->params($answer);
is($params->{BT_USER}, 'vera', 'headers do not change the user');
is($params->{BT_ROLES}, 'viewer', 'nor the roles');
is(scalar(grep { /HTTP_(?!HOST$)/ } keys %$params), 0, 'no header reaches the worker');

# 401 in both faces, with the challenge of the module that refused.
for my $path (qw(/backup/data /backup/data.xml /backup/)) {
    my $answer = $t->get($path);
    is($answer->{status}, 401, "401 for $path");
    is($answer->{headers}{'www-authenticate'}, 'Basic realm="Backup Tasks"',
        'challenge');
    is($answer->{headers}{'cache-control'}, 'no-store', 'not stored');
    like($answer->{headers}{'content-type'},
        $path =~ /xml/ ? qr{^application/xml} : qr{^text/html}, 'face');
}
my $sheet = $t->sheet_params($t->get('/backup/data'));
is($sheet->{base}, '/backup/', 'the 401 page knows the base');
is($sheet->{user}, '', 'and no user');
like($sheet->{logout_url}, qr{^https://portal\.example/logout\?from=\w{32}$},
    'variables in the sign-out address');

# Roles.
my %allowed = (
    # path             vera olga axel fred nora
    'data'         => [ 200, 200, 200, 403, 403 ],
    'data.xml'     => [ 200, 200, 200, 200, 403 ],
    'log/1'        => [ 200, 200, 200, 403, 403 ],
    'clusters.xml' => [ 200, 200, 200, 200, 403 ],
    'commands'     => [ 403, 200, 200, 403, 403 ],
    'commands.xml' => [ 403, 200, 200, 403, 403 ],
    'commands/1'   => [ 403, 200, 200, 403, 403 ],
    'audit'        => [ 403, 200, 200, 403, 403 ],
    'log/1/stop'   => [ 403, 200, 403, 403, 403 ],
    'data/1/acknowledge' => [ 403, 200, 403, 403, 403 ],
    'commands/1/cancel'  => [ 403, 200, 403, 403, 403 ],
    'data/1/cancel'      => [ 403, 200, 403, 403, 403 ],
    'clusters/1/backup'  => [ 403, 200, 403, 403, 403 ],
    'nothing'      => [ 404, 404, 404, 404, 404 ],
);
for my $path (sort keys %allowed) {
    my @got = map { $t->get("/backup/$path", user => $_)->{status} }
        qw(vera olga axel fred nora);
    is_deeply(\@got, $allowed{$path}, "roles on $path");
}
$answer = $t->get('/backup/log/1/stop?bad=1', user => 'vera');
is($t->error_fields($answer)->{'required-role'}, 'operator',
    'the refusal names the role that would do');
is($answer->{status}, 403, 'and says nothing about parameters');
is($t->sheet_params($answer)->{user}, 'vera', 'the page knows who reads it');

# The user is in the log, after a redirect to the error location, too.
$t->get('/backup/log/1/stop', user => 'vera');
my $who = $t->log('who');
like($who, qr/^vera\|action\|403$/m, 'access log: refused');
like($who, qr/^olga\|data\|200$/m, 'access log: served');
like($who, qr/^-\|-\|401$/m, 'access log: nobody');
unlike($t->log('error'), qr/b2xnYT|b2xnYQ/, 'no secrets in the error log');
$t->end;

# Values of other modules: a variable that auth_request sets, its roles, scope.
$t = BackupTasks::Module->new(
    server => <<'CONF',
        location = /verify {
            internal;
            if ($http_cookie !~ "session=good") { return 401; }
            add_header X-User $http_x_test_user;
            add_header X-Role $http_x_test_role;
            add_header X-Scope $http_x_test_scope;
            return 204;
        }
CONF
    auth => <<'CONF');
            auth_request /verify;
            auth_request_set $auth_user $upstream_http_x_user;
            set $test_user $http_x_test_user;
            set $test_role $http_x_test_role;
            set $test_scope $http_x_test_scope;
            backup_tasks_user $test_user;
            backup_tasks_role $test_role;
            backup_tasks_scope $test_scope;
CONF

sub with {
    my ($path, $user, $role, $scope) = @_;
    return $t->get($path, headers => [ Cookie => 'session=good',
        'X-Test-User' => $user, 'X-Test-Role' => $role // 'viewer',
        'X-Test-Scope' => $scope // '*' ]);
}

is($t->get('/backup/data.xml', headers => [ 'X-Test-User' => 'mia' ])
    ->{status}, 401, 'auth_request refuses');
$params = $t->params(with('/backup/data.xml', 'mia', 'viewer',
    'group:core pay-01 crm/acct'));
is($params->{BT_USER}, 'mia', 'auth_request admits');
is($params->{BT_SCOPE}, 'group:core pay-01 crm/acct', 'scope');
$params = $t->params(with('/backup/data.xml', 'mia', 'viewer', ''));
is($params->{BT_SCOPE}, '', 'an empty scope stays empty');

$answer = with('/backup/data.xml?bad=1', '');
is($answer->{status}, 401, 'admitted, but without a name');
is($answer->{headers}{'www-authenticate'}, 'Session realm="backup-tasks"',
    'a challenge that opens no password window');
is($t->error_fields($answer)->{text}, 'Sign in to see this page.', 'text');
sub same { return $_[0]{body} =~ s/\d{4}-[-\w:.]+Z|\w{32}//gr }
is(same(with('/backup/nothing.xml', '')), same($answer),
    'the same for an address that does not exist');

is(with('/backup/data.xml', 'x' x 128)->{status}, 200, '128 characters');
is(with('/backup/data.xml', 'x' x 129)->{status}, 403, '129 characters');
is(with('/backup/data.xml', "\xe6\x9d\x8e" x 128)->{status}, 200,
    '128 characters of three bytes');
is(with('/backup/data.xml', "a\xff")->{status}, 403, 'a name not UTF-8');
is(with('/backup/data.xml', "a\tb")->{status}, 403, 'a control character');
is(with('/backup/data.xml', 'mia', 'viewer', "a\xc3")->{status}, 403,
    'a scope not UTF-8');
is(with('/backup/data.xml', 'mia', 'viewer', 'x' x 6000)->{status}, 200,
    'a long scope');
$params = $t->params(with('/backup/data.xml', q{o'neil<&">}));
is($params->{BT_USER}, q{o'neil<&">}, 'odd names arrive whole');
is($t->sheet_params(with('/backup/data', q{o'neil<&">}))->{user},
    q{o'neil&lt;&amp;"&gt;}, 'in the sheet, too');
is(with('/backup/data.xml', 'mia', 'root admin')->{status}, 403,
    'unknown roles are no roles');
is($t->params(with('/backup/data.xml', 'mia', 'feed,viewer;x'))->{BT_ROLES}
    // '', 'feed', 'names that are not roles are left out');
$t->end;

# A subrequest skips the access phase: it is never answered.
$t = BackupTasks::Module->new(server => <<'CONF');
        location /page {
            ssi on;
            ssi_types *;
            root %%DIR%%;
        }
CONF
$t->write_file('page', '[<!--#include virtual="/backup/data.xml" -->]');
$answer = $t->get('/page', user => 'olga');
like($answer->{body}, qr/<code>FORBIDDEN</, 'refused in a subrequest');
unlike($answer->{body}, qr/BT_USER|olga/, 'nothing of the worker');
$t->done;
