<!-- filter.xsl: states as links with their counts, the filter form, the chips. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:func="http://exslt.org/functions"
    xmlns:f="urn:nginx-backup-tasks:sheet"
    xmlns:b="urn:nginx-backup-tasks:1"
    extension-element-prefixes="func f"
    exclude-result-prefixes="b">

  <!-- What narrows a list down, beside the range and the state. -->
  <xsl:variable name="filter-names" select="' cluster tenant cluster-id
      tenant-name group backup-set mode method kind settled action user '"/>

  <!-- The bar above a list. fields: names of the form's fields. -->
  <xsl:template name="filter">
    <xsl:param name="kind"/>
    <xsl:param name="fields"/>
    <div class="filter">
      <xsl:call-template name="states">
        <xsl:with-param name="kind" select="$kind"/>
      </xsl:call-template>
      <form method="get" action="{$path}" role="search"
          aria-label="{f:t('filter.label')}">
        <xsl:call-template name="hidden-but">
          <xsl:with-param name="names" select="$fields"/>
        </xsl:call-template>
        <xsl:call-template name="fields">
          <xsl:with-param name="names" select="$fields"/>
        </xsl:call-template>
        <button><xsl:value-of select="f:t('filter.apply')"/></button>
      </form>
      <xsl:call-template name="chips"/>
    </div>
  </xsl:template>

  <!-- All, then each state of the view with its count. -->
  <xsl:template name="states">
    <xsl:param name="kind"/>
    <xsl:if test="b:summary/b:count">
      <div class="states" role="group" aria-label="{f:t('filter.by-status')}">
        <a href="{f:again('status', '')}">
          <xsl:if test="not(b:query/b:status)">
            <xsl:attribute name="aria-current">true</xsl:attribute>
          </xsl:if>
          <xsl:value-of select="f:t('filter.all')"/>
          <xsl:text> </xsl:text>
          <b><xsl:value-of select="f:count(sum(b:summary/b:count))"/></b>
        </a>
        <xsl:for-each select="b:summary/b:count">
          <xsl:variable name="chosen" select="/*/b:query/b:status = @status"/>
          <xsl:if test=". &gt; 0 or $chosen or @status != 'UNKNOWN'">
            <a href="{@href}">
              <xsl:attribute name="class">
                <xsl:if test=". &gt; 0">
                  <xsl:value-of select="f:tone($kind, @status)"/>
                </xsl:if>
                <xsl:if test=". = 0">zero</xsl:if>
              </xsl:attribute>
              <xsl:if test="$chosen">
                <xsl:attribute name="aria-current">true</xsl:attribute>
              </xsl:if>
              <xsl:value-of select="f:status($kind, @status)"/>
              <xsl:text> </xsl:text>
              <b><xsl:value-of select="f:count(.)"/></b>
            </a>
          </xsl:if>
        </xsl:for-each>
      </div>
    </xsl:if>
  </xsl:template>

  <!-- One field after the other, by name. -->
  <xsl:template name="fields">
    <xsl:param name="names"/>
    <xsl:if test="$names != ''">
      <xsl:variable name="name"
          select="substring-before(concat($names, ' '), ' ')"/>
      <xsl:call-template name="field-of">
        <xsl:with-param name="name" select="$name"/>
      </xsl:call-template>
      <xsl:call-template name="fields">
        <xsl:with-param name="names" select="substring-after($names, ' ')"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <xsl:template name="field-of">
    <xsl:param name="name"/>
    <xsl:variable name="value"
        select="string(b:query/*[local-name() = $name])"/>
    <label>
      <xsl:value-of select="f:t(concat('filter.', $name))"/>
      <xsl:text> </xsl:text>
      <xsl:choose>
        <xsl:when test="f:choices($name) != ''">
          <select name="{$name}">
            <option value=""><xsl:value-of select="f:t('filter.any')"/></option>
            <xsl:call-template name="options">
              <xsl:with-param name="name" select="$name"/>
              <xsl:with-param name="codes" select="f:choices($name)"/>
              <xsl:with-param name="value" select="$value"/>
            </xsl:call-template>
          </select>
        </xsl:when>
        <xsl:otherwise>
          <input type="search" name="{$name}" value="{$value}" maxlength="128"
              size="12" autocomplete="off" spellcheck="false">
            <xsl:if test="$name = 'cluster' or $name = 'tenant'">
              <xsl:attribute name="placeholder">
                <xsl:value-of select="f:t('filter.part')"/>
              </xsl:attribute>
            </xsl:if>
          </input>
        </xsl:otherwise>
      </xsl:choose>
    </label>
  </xsl:template>

  <!-- The codes of a parameter that takes codes only. -->
  <func:function name="f:choices">
    <xsl:param name="name"/>
    <xsl:choose>
      <xsl:when test="$name = 'mode'">
        <func:result select="'FULL INCREMENTAL'"/>
      </xsl:when>
      <xsl:when test="$name = 'method'">
        <func:result select="'PHYSICAL LOGICAL'"/>
      </xsl:when>
      <xsl:when test="$name = 'kind'">
        <func:result select="'DATA LOG'"/>
      </xsl:when>
      <xsl:when test="$name = 'settled'">
        <func:result select="'yes no'"/>
      </xsl:when>
      <xsl:when test="$name = 'action'">
        <func:result select="'start stop restart backup cancel acknowledge'"/>
      </xsl:when>
      <xsl:otherwise><func:result select="''"/></xsl:otherwise>
    </xsl:choose>
  </func:function>

  <xsl:template name="options">
    <xsl:param name="name"/>
    <xsl:param name="codes"/>
    <xsl:param name="value"/>
    <xsl:if test="$codes != ''">
      <xsl:variable name="code"
          select="substring-before(concat($codes, ' '), ' ')"/>
      <option value="{$code}">
        <xsl:if test="$code = $value">
          <xsl:attribute name="selected">selected</xsl:attribute>
        </xsl:if>
        <xsl:value-of select="f:word($name, $code)"/>
      </option>
      <xsl:call-template name="options">
        <xsl:with-param name="name" select="$name"/>
        <xsl:with-param name="codes" select="substring-after($codes, ' ')"/>
        <xsl:with-param name="value" select="$value"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <!-- What is filtered, each with a link that takes it away. -->
  <xsl:template name="chips">
    <xsl:variable name="given" select="b:query/*[contains($filter-names,
        concat(' ', local-name(), ' '))]"/>
    <xsl:if test="$given">
      <ul class="chips">
        <xsl:for-each select="$given">
          <li>
            <a href="{f:again(local-name(), '')}" title="{f:t('filter.remove')}">
              <xsl:value-of select="f:chip(.)"/>
              <span aria-hidden="true"> ×</span>
            </a>
          </li>
        </xsl:for-each>
        <li>
          <a class="clear" href="{f:again(concat($filter-names, 'status'), '')}">
            <xsl:value-of select="f:t('filter.clear')"/>
          </a>
        </li>
      </ul>
    </xsl:if>
  </xsl:template>

  <!-- "Cluster: pay", "Data Backup Mode: Full". -->
  <func:function name="f:chip">
    <xsl:param name="node"/>
    <xsl:variable name="name" select="local-name($node)"/>
    <xsl:variable name="value">
      <xsl:choose>
        <xsl:when test="f:choices($name) != ''">
          <xsl:value-of select="f:word($name, $node)"/>
        </xsl:when>
        <xsl:otherwise>
          <xsl:value-of select="f:short($node, 40)"/>
        </xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <func:result select="concat(f:t(concat('filter.', $name)), f:t('colon'),
        $value)"/>
  </func:function>

</xsl:stylesheet>
