#!/usr/bin/perl
# module_config.t: what "nginx -t" says about bad and doubtful directives.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks::Module;
use Test::More;

# The output of nginx -t; "ok" when it is content.
sub check {
    my (%o) = @_;
    my $t = BackupTasks::Module->new(start => 0, %o);
    my ($status, $output) = $t->check_conf;
    $t->stop;
    chomp $output;
    return $status ? $output : "ok$output";
}

is(check(), 'ok', 'the usual configuration');

my @bad = (
    [ 'backup_tasks_time_zone Mars/Base;', 'unknown time zone "Mars/Base"' ],
    [ 'backup_tasks_time_zone "";', 'unknown time zone ""' ],
    [ 'backup_tasks_time_zone GMT+3;', 'unknown time zone' ],
    [ 'backup_tasks_time_zone UTC; backup_tasks_time_zone UTC;',
        'is duplicate' ],
    [ 'backup_tasks_range_max never;', 'invalid value' ],
    [ 'backup_tasks_range_max 23h;', 'must be between 1d and 230y' ],
    [ 'backup_tasks_range_max 231y;', 'must be between 1d and 230y' ],
    [ 'backup_tasks_range_max 1d; backup_tasks_range_max 2d;',
        'is duplicate' ],
    [ 'backup_tasks maybe;', 'invalid value "maybe"|is duplicate' ],
    [ 'backup_tasks_user $remote_user;', 'is duplicate' ],
    [ 'backup_tasks_user;', 'invalid number of arguments' ],
    [ 'backup_tasks_scope $nothing_of_ours;', 'unknown "nothing_of_ours"' ],
    [ 'if ($arg_x) { backup_tasks off; }', 'is not allowed here' ],
    [ 'backup_tasks_error;', 'is duplicate' ],
    map { [ "backup_tasks_public_base $_;", 'is neither a path nor an' ] }
        'backup/', 'ftp://a/', 'https://', 'https:///x',
        '//a/b', '/a//b', '/a?b', '/a#b', '"/a<b"', 'http://u@h/',
        '"/a b"', 'https://a/?x=1', "/'",
);
for my $case (@bad) {
    my ($text, $want) = @$case;
    like(check(location => $text), qr/\[emerg\].*(?:$want)/s, $text);
}
is(check(location => "backup_tasks_public_base $_;"), 'ok', $_)
    for qw(/ /backup /a-b/c_d/~e/%20f http://h https://[::1]:8443/x/);
is(check(location => "backup_tasks_time_zone $_;"), 'ok', $_)
    for qw(UTC Asia/Shanghai +08:00 -12:00);

# Where it stands.
for my $location ('= /x/', '~ ^/x/', '~* ^/x/', '/x', '@x') {
    like(check(server => "location $location { backup_tasks_user x; "
        . 'backup_tasks on; }'), qr/needs a prefix location that ends with/,
        "location $location");
}
is(check(server => "location $_ { backup_tasks_user x; backup_tasks on; }"),
    'ok', "location $_") for '/x/', '^~ /x/', '"/x y/"';
is(check(nested => "location $_ { backup_tasks on; }"), 'ok', "nested $_")
    for '= /backup/one', '~ \.css$', '/backup/two', '/backup/three/';
like(check(server => 'backup_tasks on;'), qr/is not allowed here/,
    'not in a server');

# What could let somebody in.
like(check(auth => ''), qr/location "\/backup\/" needs "backup_tasks_user"/,
    'no user');
like(check(location => 'satisfy any;'), qr/"satisfy any" must not be used/,
    'satisfy any');
like(check(server => 'satisfy any;'), qr/"satisfy any" must not be used/,
    'satisfy any, inherited');
is(check(server => 'satisfy any; location /y { deny all; }',
    location => 'satisfy all;'), 'ok', 'satisfy any elsewhere');

# The key file.
my $name = '%%DIR%%/other.key';
sub check_key {
    my ($text, $mode) = @_;
    return check(key => "backup_tasks_csrf_key_file $name;",
        before => sub {
            my ($t) = @_;
            $t->write_file('other.key', $text);
            chmod $mode // 0600, $t->dir . '/other.key';
        });
}
is(check_key('k' x 32), 'ok', '32 bytes');
is(check_key('k' x 32 . "\r\n\n", 0640), 'ok', 'and line ends');
is(check_key("\0" x 4096), 'ok', '4096 bytes');
like(check_key('k' x 31 . "\n"), qr/has 31 bytes, at least 32 are needed/,
    '31 bytes');
like(check_key(''), qr/has 0 bytes/, 'empty');
like(check_key('k' x 4097), qr/longer than 4096 bytes/, 'too long');
like(check_key('k' x 32, 0644), qr/^ok.*\[warn\].*other users/s,
    'readable by everybody: a warning');
like(check(key => 'backup_tasks_csrf_key_file %%DIR%%/none.key;'),
    qr/open\(\) ".*none\.key" failed \(2: No such file/, 'missing');
like(check(key => 'backup_tasks_csrf_key_file %%DIR%%;'),
    qr/read\(\) .* failed \(21: Is a directory/, 'a directory');
like(check(location => 'backup_tasks_csrf_key_file %%DIR%%/csrf.key;'),
    qr/is duplicate/, 'twice');

# The page for operators names every directive and every variable.
sub names {
    my ($pattern, @files) = @_;
    my $text = '';
    for my $file (@files) {
        open my $in, '<', "$FindBin::Bin/../../$file" or die "$file: $!";
        $text .= join '', <$in>;
    }
    return join ' ', sort map { split m{`, `} } $text =~ /$pattern/gm;
}
my $source = 'ngx_module/ngx_http_backup_tasks';
my $page = 'docs/directives.md';
is(names('^### (backup_tasks\w*)$', $page),
    names('ngx_string\("(backup_tasks\w*)"\)', "${source}_module.c"),
    'directives of docs/directives.md');
is(names('^\| `([a-z_]+(?:`, `[a-z_]+)*)` \|', $page),
    names('(?:\{ ngx_string\("backup_tasks_|ctx_variable\(")(\w+)"',
        map { "${source}_$_.c" } 'variables', 'cache'),
    'variables of docs/directives.md');

# The shipped example, with its paths put in place.
my $t = BackupTasks::Module->new(start => 0);
my $example = $t->read_file($t->root . '/conf/example.conf');
my ($dir, $root) = ($t->dir, $t->root);
$example =~ s{/usr/local/share/backup-tasks/xslt/backup-tasks\.xsl}
             {$dir/echo.xsl}g;
$example =~ s{/usr/local/share/backup-tasks/}{$root/}g;
$example =~ s{/etc/nginx/backup-tasks-csrf\.key}{$dir/csrf.key};
$example =~ s{/etc/nginx/backup-tasks\.htpasswd}{$dir/htpasswd};
$example =~ s{\n\s*ssl_certificate\S* [^\n]*}{}g;
$example =~ s{443 ssl}{127.0.0.1:%%PORT%%};
$t->{conf} = "%%MODULES%%\n%%MAIN%%\nevents {}\nhttp {\n%%HTTP%%\n$example}\n";
is_deeply([ $t->check_conf ], [ 0, '' ], 'conf/example.conf');

# With its cache, and the zone of docs/directives.md, file and page alike.
my $zone = qr/(?:^(?:#  |   ) *(?:fastcgi_cache_path|keys_zone|use_temp).*\n)+/m;
my ($documented, $noted) = map { my ($lines) = $t->read_file("$root/$_")
    =~ /($zone)/; ($lines // '') =~ s/^#? +//gmr } $page,
    'conf/backup_tasks_cache.conf';
is($noted, $documented, 'one zone');
$documented =~ s{/var/cache/nginx/backup-tasks}{$dir/cache};
{
    local $t->{conf} = $t->{conf};
    $t->{conf} =~ s{# (include \S+backup_tasks_cache\.conf;)}{$1} or die;
    $t->{conf} =~ s{%%HTTP%%\n}{%%HTTP%%\n$documented};
    is_deeply([ $t->check_conf ], [ 0, '' ], 'with the shared cache');
}
$t->start('nginx');
my $answer = $t->get('/backup/data.xml', user => 'olga');
is($answer->{status}, 403, 'the example: no role, no page');
is($t->get('/backup/data')->{status}, 401, 'nobody, no page');
like($t->get('/backup/data')->{headers}{'content-security-policy'},
    qr/default-src 'none'/, 'error pages have the headers, too');

$t->done;
