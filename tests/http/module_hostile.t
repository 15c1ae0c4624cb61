#!/usr/bin/perl
# module_hostile.t: random requests: refused or served, never a failure.
#
# SEED=n repeats a run; BT_LONG=1 sends many more.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks::Module;
use BackupTasks::Token;
use Test::More;

my $count = $ENV{BT_LONG} ? 100_000 : 2000;
my $seed = $ENV{SEED} // int rand 1e9;
srand $seed;
diag "SEED=$seed" if $ENV{SEED} || $ENV{BT_LONG};

my $portal;
my $t = BackupTasks::Module->new(
    http => 'large_client_header_buffers 4 16k;',
    location => join('', map { "backup_tasks_$_; " } 'token $cookie_portal',
        'token_key_file %%DIR%%/portal/HS256.key', 'token_algorithm HS256',
        'token_issuer off', 'token_audience off', 'token_claim role roles',
        'token_claim scope scopes', 'trusted_proxy 127.0.0.1',
        'trusted_proxy_header user X-User', 'trusted_proxy_header role X-Role',
        'trusted_proxy_secret X-Secret %%DIR%%/secrets',
        'login_url /in?rd=$backup_tasks_return_path'),
    before => sub {
        $portal = BackupTasks::Token->new($_[0]->dir);
        $portal->key('HS256');
        $_[0]->write_file('secrets', 's' x 40);
        chmod 0600, $_[0]->dir . '/secrets';
    });

sub any { return $_[ rand @_ ] }

sub bytes {
    my ($most) = @_;
    return join '', map { chr any(1 .. 9, 11, 12, 14 .. 255) } 1 .. rand $most;
}

sub encoded {
    my ($text) = @_;
    $text =~ s/([^A-Za-z0-9_.~-])/sprintf any('%%%02x', '%%%02X'), ord $1/ge;
    return $text;
}

my @paths = qw(data log cleanup second clusters commands audit data/7
    data/7/cause data/7/second log/9 log/9/stop second/3 clusters/1 commands/2
    health static/x nothing .. . %2e%2e ; %00 // 0 9007199254740992);
my @names = qw(range from to tz status cluster tenant cluster-id tenant-name
    group backup-set mode method kind action user updated-after size after
    before lang layout nothing);
my @values = qw(1h 24h 7d 30d custom 2026-03-01 2026-03-29T02:30
    2026-10-25T02:30:00.5 1969-12-31T23:59:59Z 2199-12-31T23:59:59.999999Z
    2026-02-29 UTC Asia/Shanghai Europe/Berlin +08:00 -12:00 +14:01 GMT+3
    FAILED COMPLETED STOPPED FULL LOGICAL LOG start all 0 1 500 100000 -1
    18446744073709551616 en zh frame fragment %ED%A0%80 %F4%90%80%80 %C0%80
    %00 %0d%0aX:1 <x> & = + %2B %25 ' ");

sub random_pair {
    my $value = any(any(@values), any(@values), any(@values) . any(@values),
        encoded(bytes(20)), bytes(20) =~ s/[ \x7f#]//gr, 'x' x rand 3000, '');
    my $name = rand() < 0.95 ? any(@names) : encoded(bytes(8));
    return rand() < 0.97 ? "$name=$value" : $name;
}

sub random_target {
    my $path = join '/', map { any(@paths) } 1 .. any(1, 1, 1, 1, 2, 3);
    $path .= any('', '', '.xml', '.xml', '/', '.', '.XML', encoded(bytes(3)));
    my $query = join any('&', '&', '&&', ';'), map { random_pair() }
        1 .. any(0, 1, 1, 2, 3, 5, 20);
    return any('/backup/', '/backup/', '/backup/', '/backup//', '/%62ackup/')
        . $path . (length $query ? "?$query" : '');
}

my @headers = (
    map({ "Accept-Language: $_" } 'zh', 'en;q=0.1, zh;q=1', ',;q=,=;q', 'zh;q=9'),
    map({ "Origin: $_" } 'null', 'http://127.0.0.1', 'http://' . 'x' x 500),
    map({ "Sec-Fetch-Site: $_" } 'same-origin', 'cross-site', ''),
    map({ "Content-Type: $_" } 'application/x-www-form-urlencoded', 'x', ''),
    'Authorization: Basic b2xnYTpvbGdh', 'Authorization: Basic b2xnYTp4',
    map({ "Sec-Fetch-Dest: $_" } 'document', 'iframe', 'x'),
    'Authorization: Basic ' . 'A' x 400, 'X-HTTP-Method-Override: POST',
);

# Claims of a portal gone wrong, and tokens that met with an accident.
my @claims = (undef, '', 'viewer', 'olga', "a\n", "\x{674e}", 7, -1.5, 1e300,
    [], [ 'operator' ], [ 'a b', 'c' ], [ 1 ], {}, { roles => [ 'viewer' ] },
    'x' x 200, JSON::PP::true(), 'Asia/Shanghai', 'zh_CN');

sub random_token {
    my $token = $portal->token('HS256', { map { $_ => any(@claims) }
        grep { rand() < 0.5 } qw(sub roles scopes zoneinfo locale nbf) });
    substr $token, rand length $token, 1, any('', '.', 'A', '%', "\xff")
        if rand() < 0.4;
    return $token;
}

sub random_sign_in {
    return any('Authorization: Basic YW5uYTphbm5h',
        'Authorization: Basic YW5uYTphbm5h',
        'Authorization: Basic YW5uYTphbm5h' . "\r\nCookie: portal="
            . random_token(),
        'Authorization: Basic YW5uYTphbm5h' . "\r\nX-User: " . any('mia',
            encoded(bytes(9)), '', "\xff") . "\r\nX-Role: " . any('viewer',
            'x,,feed ', '') . "\r\nX-Secret: " . 's' x any(40, 40, 39));
}

sub random_request {
    my $method = any(qw(GET GET GET GET HEAD POST POST PUT DELETE OPTIONS));
    my @lines = ("$method " . random_target() . ' HTTP/1.1', 'Host: x',
        'Connection: close');
    push @lines, random_sign_in() if rand() < 0.8;
    push @lines, any(@headers) for 1 .. rand 4;
    my $body = $method eq 'POST' ? bytes(50) : '';
    push @lines, 'Content-Length: ' . length $body if length $body;
    return ($method, join("\r\n", @lines, '', '') . $body);
}

my (%seen, @failed);
for (1 .. $count) {
    my ($method, $request) = random_request();
    my $answer = $t->request(raw => $request, method => $method);
    $seen{ $answer->{status} }++;
    my $bad = $answer->{status} !~ /^(?:200|302|400|401|403|404|405|414)$/
        || !$answer->{complete};
    if (!$bad && $answer->{body} =~ /^<\?xml/) {
        $bad = !eval { $t->xml($answer); 1 };
    }
    push @failed, $request if $bad;
}

is(scalar @failed, 0, "$count requests, none failed (SEED=$seed)")
    or diag map { s/[^ -~]/./gr . "\n" } @failed > 5 ? @failed[0 .. 4] : @failed;
cmp_ok($seen{$_} // 0, '>', 0, "some were $_") for 200, 400, 401, 404, 405;
diag join ' ', map { "$_:$seen{$_}" } sort keys %seen if $ENV{BT_LONG};

$t->done;
