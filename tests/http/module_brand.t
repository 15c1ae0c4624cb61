#!/usr/bin/perl
# module_brand.t: a portal's name, logo and style on the pages, and whose frames may show them.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Module;
use Test::More;

sub csp {
    my ($answer) = @_;
    return $answer->{headers}{'content-security-policy'} // '';
}
sub ancestors { return (csp(@_) =~ /; frame-ancestors ([^;]*)\z/)[0] }

# What "nginx -t" says about a line; "ok" when it is content.
my $t;
sub check {
    my ($line) = @_;
    my $other = BackupTasks::Module->new(start => 0, location => $line);
    my ($status, $output) = $other->check_conf;
    $other->stop;
    return $status ? $output : "ok$output";
}

# --- the pages themselves -----------------------------------------------------------

sub settings {
    s/(backup_tasks +on;)/$1
        backup_tasks_brand_name "\$test_name";
        backup_tasks_brand_logo \/backup\/static\/icon.svg?mine;
        backup_tasks_brand_style \/portal\/own.css;
        backup_tasks_logout_url \$http_x_out;
        backup_tasks_frame_ancestors self https:\/\/portal.example https:\/\/*.ops.example:8443;/;
    s/server \{/map \$backup_tasks_lang \$test_name { zh "支付 <备份>"; default "\$http_x_name"; }\n    server {/;
    return;
}
$t = BackupTasks->new(edit => \&settings)->start(qw(db worker nginx));
my $page = $t->get('/backup/data', user => 'viewer',
    headers => [ 'X-Name' => 'Payments & "Backup"' ]);
is($page->{status}, 200, 'the page');
like($page->{body}, qr{<title>[^<]* · Payments &amp; "Backup"</title>}, 'title');
like($page->{body}, qr{<a class="brand" [^>]*><img src="/backup/static/icon\.svg\?mine" height="22" alt="">Payments &amp; "Backup"</a>},
    'logo and name');
like($page->{body}, qr{backup-tasks\.css\?\w+"><link rel="stylesheet" href="/portal/own\.css">},
    'the style after ours');
is(ancestors($page), q('self' https://portal.example https://*.ops.example:8443),
    'the frames');
like($t->get('/backup/data?lang=zh', user => 'viewer')->{body},
    qr{>支付 &lt;备份&gt;</a>}, 'a name in each language');
for my $name ('', 'x' x 129, "a\xff", "a\tb") {
    $page = $t->get('/backup/data', user => 'viewer',
        headers => [ 'X-Name' => $name ])->{body};
    like($page, qr{ · Backup Tasks</title>}, 'a name that cannot be shown');
}
for my $layout (qw(frame fragment)) {
    $page = $t->get("/backup/data?layout=$layout", user => 'viewer',
        headers => [ 'X-Name' => 'Mine' ]);
    unlike($page->{body}, qr{<header|class="brand"|class="side"},
        "$layout: no head of ours");
    my $whole = $layout eq 'frame' ? 1 : 0;
    is(scalar(() = $page->{body} =~ m{/portal/own\.css}), $whole,
        "$layout: the style");
    is(scalar(() = $page->{body} =~ m{<html}), $whole, "$layout: whole");
    is(join(' ', grep {
        !/(?:\?|&amp;)layout=$layout\b/ && !/\.(?:xml|csv|atom)\z/ } $page->{body}
        =~ m{<a [^>]*href="(/backup/[^"]*)"}g), '', "$layout: its links stay");
}
$page = $t->get('/backup/nothing', user => 'viewer',
    headers => [ 'X-Name' => 'Mine' ]);
is($page->{status}, 404, 'an error');
like($page->{body}, qr{>Mine</a>}, 'with the name');
is(ancestors($page), ancestors($t->get('/backup/data')), 'and the frames');
like(csp($page), qr/frame-ancestors 'self' https/, 'of nginx itself, too');

# A sign-out that turns out no address is not there.
sub out {
    my ($to) = @_;
    my $body = $t->get('/backup/data', user => 'viewer',
        headers => [ 'X-Out' => $to ])->{body};
    return ($body =~ m{<a href="([^"]*)">Sign out</a>})[0];
}
is(out('https://portal.example/out?a=1'), 'https://portal.example/out?a=1',
    'the portal');
is(out('/out'), '/out', 'a path');
is(out($_), undef, "sign-out: $_") for 'javascript:alert(1)', '//evil.example/',
    '/\\evil.example/', 'out', '';
$t->expect_log(qr/backup_tasks_(?:brand_name|logout_url)"/);
$t->stop;

# --- the configuration ----------------------------------------------------------------

my $plain = BackupTasks::Module->new(location =>
    'include %%ROOT%%/conf/backup_tasks_headers.conf;');
is(ancestors($plain->get('/backup/data', user => 'vera')), "'self'",
    'nothing said: our own');
my $given = $plain->sheet_params($plain->get('/backup/data', user => 'vera'));
is($given->{$_}, '', "no $_") for qw(brand_name brand_logo brand_style);
$plain->end;

my %shown = ('none' => "'none'", 'self' => "'self'",
    'HTTPS://a.example http://b:81' => 'HTTPS://a.example http://b:81');
for my $line (sort keys %shown) {
    my $other = BackupTasks::Module->new(location =>
        "include %%ROOT%%/conf/backup_tasks_headers.conf; "
        . "backup_tasks_frame_ancestors $line;");
    is(ancestors($other->get('/backup/data', user => 'vera')), $shown{$line},
        "frame_ancestors $line");
    $other->end;
}
like(check("backup_tasks_frame_ancestors $_;"),
    qr/\[emerg\].*is neither "self" nor "none" nor an origin/,
    "frame_ancestors $_") for qw(portal.example * https: https:// //a.example
    https://a/b ftp://a javascript:x
    data: ""), q("'self'"), q("https://a;script-src"), q("https://a,b"), q("https://a b"), '"https://李"';
like(check('backup_tasks_frame_ancestors self none;'), qr/"none" must stand/,
    'none and another');
like(check('backup_tasks_frame_ancestors self; '
    . 'backup_tasks_frame_ancestors self;'), qr/is duplicate/, 'twice');
for my $name (qw(brand_logo brand_style)) {
    is(check("backup_tasks_$name $_;"), 'ok', "$name $_") for '/x.svg?v=1', '""';
    like(check("backup_tasks_$name $_;"), qr/\[emerg\].*is not a path on this/,
        "$name $_") for qw(x.svg //evil.example/x https://a/x data:x), '"/a b"', '"/李"';
}
like(check("backup_tasks_logout_url $_;"), qr/"backup_tasks_logout_url" in .*neither/,
    "logout_url $_") for qw(javascript:x portal.example //evil/);
is(check("backup_tasks_logout_url $_;"), 'ok', "logout_url $_")
    for qw(/out https://portal.example/out "" $cookie_x);

$t->done;
