<!-- time.xsl: instants in the reader's zone, ages and durations in words. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:date="http://exslt.org/dates-and-times"
    xmlns:func="http://exslt.org/functions"
    xmlns:f="urn:nginx-backup-tasks:sheet"
    xmlns:b="urn:nginx-backup-tasks:1"
    extension-element-prefixes="date func f"
    exclude-result-prefixes="b">

  <xsl:variable name="generated" select="string(/*/@generated)"/>
  <xsl:variable name="now" select="floor(date:seconds($generated))"/>
  <xsl:variable name="zone" select="string(/*/b:query/@tz)"/>

  <!-- "+08:00" of the zone at `generated`: said by the document, else taken
       from a local time in it, else UTC. -->
  <xsl:variable name="offset-found">
    <xsl:choose>
      <xsl:when test="/*/b:query/@offset">
        <xsl:value-of select="/*/b:query/@offset"/>
      </xsl:when>
      <xsl:when test="$zone = 'UTC'">+00:00</xsl:when>
      <xsl:when test="/*/b:health/b:risk/*/@local">
        <xsl:value-of select="f:offset(/*/b:health/b:risk/*/@local)"/>
      </xsl:when>
      <xsl:when test="/*/*/*[1]/*/@local">
        <xsl:value-of select="f:offset(/*/*/*[1]/*/@local)"/>
      </xsl:when>
      <xsl:when test="/*/*/@local">
        <xsl:value-of select="f:offset(/*/*/@local)"/>
      </xsl:when>
      <xsl:otherwise>+00:00</xsl:otherwise>
    </xsl:choose>
  </xsl:variable>
  <xsl:variable name="offset" select="string($offset-found)"/>
  <xsl:variable name="this-year"
      select="substring(f:shift($generated), 1, 4)"/>

  <!-- The offset at the end of a local time; "+00:00" for Z. -->
  <func:function name="f:offset">
    <xsl:param name="time"/>
    <xsl:choose>
      <xsl:when test="substring($time, string-length($time)) = 'Z'">
        <func:result select="'+00:00'"/>
      </xsl:when>
      <xsl:otherwise>
        <func:result select="substring($time, string-length($time) - 5)"/>
      </xsl:otherwise>
    </xsl:choose>
  </func:function>

  <!-- A UTC time moved by $offset, for attributes that have no local twin. -->
  <func:function name="f:shift">
    <xsl:param name="time"/>
    <xsl:choose>
      <xsl:when test="not($time) or $offset = '+00:00'">
        <func:result select="string($time)"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:variable name="sign"
            select="translate(substring($offset, 1, 1), '+', '')"/>
        <func:result select="date:add(string($time), concat($sign, 'PT',
            substring($offset, 2, 2), 'H', substring($offset, 5, 2), 'M'))"/>
      </xsl:otherwise>
    </xsl:choose>
  </func:function>

  <!-- The parameters of a range from the day before a time to 30 days later. -->
  <func:function name="f:days-around">
    <xsl:param name="time"/>
    <xsl:choose>
      <xsl:when test="$time">
        <func:result select="concat('&amp;range=custom&amp;from=',
            substring(date:add(string($time), '-P1D'), 1, 10), '&amp;to=',
            substring(date:add(string($time), 'P30D'), 1, 10))"/>
      </xsl:when>
      <xsl:otherwise>
        <func:result select="'&amp;range=30d'"/>
      </xsl:otherwise>
    </xsl:choose>
  </func:function>

  <!-- "2026-11-22 16:20:04" of any time text. -->
  <func:function name="f:stamp">
    <xsl:param name="time"/>
    <func:result
        select="concat(substring($time, 1, 10), ' ', substring($time, 12, 8))"/>
  </func:function>

  <!-- "Asia/Shanghai (UTC+08:00)"; UTC and plain offsets say it themselves. -->
  <func:function name="f:zone">
    <xsl:choose>
      <xsl:when test="contains($zone, '/')">
        <func:result select="concat($zone, ' (UTC', $offset, ')')"/>
      </xsl:when>
      <xsl:when test="$zone = 'UTC' or $zone = ''">
        <func:result select="'UTC'"/>
      </xsl:when>
      <xsl:otherwise>
        <func:result select="concat('UTC', $zone)"/>
      </xsl:otherwise>
    </xsl:choose>
  </func:function>

  <!-- When the oldest data of the document was observed: the clock alone
       where that is today. -->
  <func:function name="f:as-of">
    <xsl:variable name="shown">
      <xsl:choose>
        <xsl:when test="/*/@as-of-local">
          <xsl:value-of select="/*/@as-of-local"/>
        </xsl:when>
        <xsl:otherwise>
          <xsl:value-of select="f:shift(/*/@as-of)"/>
        </xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <xsl:choose>
      <xsl:when test="substring($shown, 1, 10)
                      = substring(f:shift($generated), 1, 10)">
        <func:result select="substring($shown, 12, 8)"/>
      </xsl:when>
      <xsl:otherwise><func:result select="f:stamp($shown)"/></xsl:otherwise>
    </xsl:choose>
  </func:function>

  <!-- An element with a time, as the reader's clock would show it; the year
       only where it is another one, the offset only where it differs. What
       XPath writes as substring(x, 1 div test) is x where the test holds. -->
  <xsl:template match="*" mode="time">
    <xsl:variable name="shown"
        select="concat(@local, substring(., 1 div not(@local)))"/>
    <time datetime="{substring(., 1, 19)}Z">
      <span class="d">
        <xsl:value-of select="substring(substring($shown, 1, 10),
            1 + 5 * starts-with($shown, $this-year))"/>
      </span>
      <xsl:value-of select="concat(' ', substring($shown, 12, 8))"/>
      <xsl:if test="@local and not(contains($shown, $offset))">
        <span class="d">
          <xsl:value-of select="concat(' ', f:offset($shown))"/>
        </span>
      </xsl:if>
    </time>
  </xsl:template>

  <!-- The same with year, and how long ago, for single documents. -->
  <xsl:template match="*" mode="full-time">
    <xsl:variable name="shown"
        select="concat(@local, substring(., 1 div not(@local)))"/>
    <time datetime="{substring(., 1, 19)}Z" title="{$shown}">
      <xsl:value-of select="f:stamp($shown)"/>
      <xsl:if test="@local and not(contains($shown, $offset))">
        <span class="d">
          <xsl:value-of select="concat(' ', f:offset($shown))"/>
        </span>
      </xsl:if>
    </time>
    <xsl:text> </xsl:text>
    <span class="age"><xsl:value-of select="f:ago(.)"/></span>
  </xsl:template>

  <!-- Whole seconds from a time until `generated`; NaN for no time. -->
  <func:function name="f:age">
    <xsl:param name="time"/>
    <func:result select="$now - floor(date:seconds(string($time)))"/>
  </func:function>

  <!-- "12 min ago", "in 3 min"; "" for no time. -->
  <func:function name="f:ago">
    <xsl:param name="time"/>
    <xsl:variable name="age" select="$now - floor(date:seconds(string($time)))"/>
    <xsl:choose>
      <xsl:when test="$age &gt;= 0">
        <func:result
            select="concat($ago-before, f:span($age, 0), $ago-after)"/>
      </xsl:when>
      <xsl:when test="$age &lt; 0">
        <func:result select="f:t1('time.in', f:span(- $age, 0))"/>
      </xsl:when>
      <xsl:otherwise><func:result select="''"/></xsl:otherwise>
    </xsl:choose>
  </func:function>

  <!-- Seconds in words: "44 s", "12 min 5 s", "1 h 32 min", "3 d 4 h", the
       lower unit left out when 0. fine 0, for ages: no seconds beside
       minutes, no hours from ten days on. -->
  <func:function name="f:span">
    <xsl:param name="seconds"/>
    <xsl:param name="fine"/>
    <xsl:variable name="s" select="floor($seconds)"/>
    <xsl:choose>
      <xsl:when test="$s &lt; 60">
        <func:result select="concat($s, ' ', $unit-s)"/>
      </xsl:when>
      <xsl:when test="$s &lt; 3600">
        <xsl:variable name="low" select="$s mod 60 * $fine"/>
        <func:result select="concat(floor($s div 60), ' ', $unit-min,
            substring(concat(' ', $low, ' ', $unit-s), 1 div ($low != 0)))"/>
      </xsl:when>
      <xsl:when test="$s &lt; 86400">
        <xsl:variable name="low" select="floor($s mod 3600 div 60)"/>
        <func:result select="concat(floor($s div 3600), ' ', $unit-h,
            substring(concat(' ', $low, ' ', $unit-min), 1 div ($low != 0)))"/>
      </xsl:when>
      <xsl:when test="$s &gt;= 86400">
        <xsl:variable name="low" select="floor($s mod 86400 div 3600)
            * ($fine or $s &lt; 864000)"/>
        <func:result select="concat(floor($s div 86400), ' ', $unit-d,
            substring(concat(' ', $low, ' ', $unit-h), 1 div ($low != 0)))"/>
      </xsl:when>
      <xsl:otherwise>
        <func:result select="f:t('time.unknown')"/>
      </xsl:otherwise>
    </xsl:choose>
  </func:function>

  <xsl:variable name="ago-before"
      select="substring-before(f:t('time.ago'), '{0}')"/>
  <xsl:variable name="ago-after"
      select="substring-after(f:t('time.ago'), '{0}')"/>
  <xsl:variable name="unit-s" select="f:t('unit.s')"/>
  <xsl:variable name="unit-min" select="f:t('unit.min')"/>
  <xsl:variable name="unit-h" select="f:t('unit.h')"/>
  <xsl:variable name="unit-d" select="f:t('unit.d')"/>

</xsl:stylesheet>
