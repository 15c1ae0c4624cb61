<!-- range.xsl: the time range: presets, custom time, the zone. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:func="http://exslt.org/functions"
    xmlns:f="urn:nginx-backup-tasks:sheet"
    xmlns:b="urn:nginx-backup-tasks:1"
    extension-element-prefixes="func f"
    exclude-result-prefixes="b">

  <!-- The range in force; "now" is no range at all. -->
  <xsl:variable name="range">
    <xsl:choose>
      <xsl:when test="/*/b:query/@range">
        <xsl:value-of select="/*/b:query/@range"/>
      </xsl:when>
      <xsl:otherwise>now</xsl:otherwise>
    </xsl:choose>
  </xsl:variable>

  <xsl:template name="range">
    <div class="range" role="group" aria-label="{f:t('range.label')}">
      <xsl:if test="$view = 'log'">
        <a href="{f:again('range from to', '')}">
          <xsl:if test="$range = 'now'">
            <xsl:attribute name="aria-current">true</xsl:attribute>
          </xsl:if>
          <xsl:value-of select="f:t('range.now')"/>
        </a>
      </xsl:if>
      <!-- Reports are of whole days. -->
      <xsl:if test="$view != 'reports'">
        <xsl:call-template name="preset">
          <xsl:with-param name="range-of" select="'1h'"/>
        </xsl:call-template>
        <xsl:call-template name="preset">
          <xsl:with-param name="range-of" select="'24h'"/>
        </xsl:call-template>
      </xsl:if>
      <xsl:call-template name="preset">
        <xsl:with-param name="range-of" select="'7d'"/>
      </xsl:call-template>
      <xsl:call-template name="preset">
        <xsl:with-param name="range-of" select="'30d'"/>
      </xsl:call-template>
      <xsl:call-template name="custom"/>
    </div>
  </xsl:template>

  <xsl:template name="preset">
    <xsl:param name="range-of"/>
    <a href="{f:again('range from to', concat('&amp;range=', $range-of))}">
      <xsl:if test="$range = $range-of">
        <xsl:attribute name="aria-current">true</xsl:attribute>
      </xsl:if>
      <xsl:value-of select="f:t(concat('range.', $range-of))"/>
    </a>
  </xsl:template>

  <xsl:template name="custom">
    <details id="custom">
      <summary>
        <xsl:if test="$range = 'custom'">
          <xsl:attribute name="aria-current">true</xsl:attribute>
        </xsl:if>
        <xsl:value-of select="f:t('range.custom')"/>
        <xsl:if test="$range = 'custom'">
          <xsl:text> </xsl:text>
          <small>
            <xsl:value-of select="concat(f:minute(f:window('from')), ' – ',
                f:minute(f:window('to')))"/>
          </small>
        </xsl:if>
      </summary>
      <form class="pop" method="get" action="{$path}">
        <xsl:call-template name="hidden-but">
          <xsl:with-param name="names" select="'range from to tz'"/>
        </xsl:call-template>
        <input type="hidden" name="range" value="custom"/>
        <label>
          <xsl:value-of select="f:t('range.from')"/>
          <input type="datetime-local" name="from" step="1" required="required"
              placeholder="YYYY-MM-DDTHH:MM" value="{f:window('from')}"/>
        </label>
        <label>
          <xsl:value-of select="f:t('range.to')"/>
          <input type="datetime-local" name="to" step="1" required="required"
              placeholder="YYYY-MM-DDTHH:MM" value="{f:window('to')}"/>
        </label>
        <xsl:call-template name="zone-input">
          <xsl:with-param name="id" select="'zones'"/>
        </xsl:call-template>
        <p><xsl:value-of select="f:t('range.half-open')"/></p>
        <button><xsl:value-of select="f:t('range.show')"/></button>
      </form>
    </details>
  </xsl:template>

  <!-- A bound of the window as the date field wants it, in the zone. Without
       a window: the last 24 hours. -->
  <func:function name="f:window">
    <xsl:param name="bound"/>
    <xsl:variable name="query" select="/*/b:query"/>
    <xsl:variable name="local"
        select="$query/@*[name() = concat($bound, '-local')]"/>
    <xsl:variable name="given" select="$query/@*[name() = $bound]
        | /*/b:overview[not($query/@from)]/@*[name() = $bound]"/>
    <xsl:choose>
      <xsl:when test="$local">
        <func:result select="substring($local, 1, 19)"/>
      </xsl:when>
      <xsl:otherwise>
        <func:result select="substring(f:shift($given), 1, 19)"/>
      </xsl:otherwise>
    </xsl:choose>
  </func:function>

  <!-- "2026-11-22 16:20"; with its seconds where it has some. -->
  <func:function name="f:minute">
    <xsl:param name="time"/>
    <func:result select="concat(substring($time, 1, 10), ' ',
        substring($time, 12, 5), substring(substring($time, 17, 3),
        1 div (substring($time, 18, 2) != '00')))"/>
  </func:function>

  <xsl:template name="zone-input">
    <xsl:param name="id"/>
    <label>
      <xsl:value-of select="f:t('zone.label')"/>
      <input name="tz" list="{$id}" value="{$zone}" autocomplete="off"
          spellcheck="false" data-zone=""/>
    </label>
    <datalist id="{$id}">
      <option value="UTC"/>
      <option value="Asia/Shanghai"/>
      <option value="Asia/Hong_Kong"/>
      <option value="Asia/Singapore"/>
      <option value="Asia/Tokyo"/>
      <option value="Asia/Kolkata"/>
      <option value="Europe/London"/>
      <option value="Europe/Berlin"/>
      <option value="America/New_York"/>
      <option value="America/Los_Angeles"/>
      <option value="America/Sao_Paulo"/>
      <option value="Australia/Sydney"/>
    </datalist>
  </xsl:template>

  <!-- "in the last 24 hours", "from … to before …" -->
  <xsl:template name="range-words">
    <xsl:choose>
      <xsl:when test="$range = 'custom'">
        <xsl:value-of select="f:t2('range.words.custom',
            f:stamp(f:window('from')),
            f:stamp(f:window('to')))"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="f:t(concat('range.words.', $range))"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

</xsl:stylesheet>
