<!-- error.xsl: what went wrong, what to do next, and the number to quote. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:func="http://exslt.org/functions"
    xmlns:f="urn:nginx-backup-tasks:sheet"
    xmlns:b="urn:nginx-backup-tasks:1"
    extension-element-prefixes="func f"
    exclude-result-prefixes="b">

  <xsl:template match="b:error" mode="title">
    <xsl:value-of select="f:t(concat('error.title.', f:error-key(b:code)))"/>
  </xsl:template>

  <!-- The part of a message key for a code; a new code reads as INTERNAL. -->
  <func:function name="f:error-key">
    <xsl:param name="code"/>
    <xsl:choose>
      <xsl:when test="f:has(concat('error.title.', $code))">
        <func:result select="string($code)"/>
      </xsl:when>
      <xsl:otherwise><func:result select="'INTERNAL'"/></xsl:otherwise>
    </xsl:choose>
  </func:function>

  <xsl:template match="b:error" mode="main">
    <div class="error">
      <p class="code"><xsl:value-of select="b:status"/></p>
      <h1><xsl:apply-templates select="." mode="title"/></h1>
      <p class="lead">
        <xsl:value-of select="f:t(concat('error.what.', f:error-key(b:code)))"/>
      </p>
      <xsl:call-template name="error-facts"/>
      <xsl:call-template name="error-next"/>
      <xsl:if test="b:retry-after">
        <xsl:call-template name="refresh-line"/>
      </xsl:if>
    </div>
  </xsl:template>

  <xsl:template name="error-facts">
    <dl class="facts">
      <xsl:apply-templates select="b:parameter" mode="text-field">
        <xsl:with-param name="label" select="f:t('error.parameter')"/>
      </xsl:apply-templates>
      <xsl:for-each select="b:text">
        <div class="wide">
          <dt><xsl:value-of select="f:t('error.said')"/></dt>
          <dd lang="en"><xsl:apply-templates select="." mode="text"/></dd>
        </div>
      </xsl:for-each>
      <xsl:for-each select="b:present-state">
        <xsl:call-template name="field">
          <xsl:with-param name="label" select="f:t('error.state')"/>
          <xsl:with-param name="value">
            <xsl:call-template name="status">
              <xsl:with-param name="kind" select="'log'"/>
              <xsl:with-param name="code" select="."/>
            </xsl:call-template>
          </xsl:with-param>
        </xsl:call-template>
      </xsl:for-each>
      <xsl:if test="b:required-role">
        <xsl:call-template name="field">
          <xsl:with-param name="label" select="f:t('error.role')"/>
          <xsl:with-param name="value"
              select="f:word('role', b:required-role)"/>
        </xsl:call-template>
      </xsl:if>
      <xsl:for-each select="b:request-id">
        <div>
          <dt><xsl:value-of select="f:t('label.request-id')"/></dt>
          <dd><code data-copy=""><xsl:value-of select="."/></code></dd>
        </div>
      </xsl:for-each>
    </dl>
  </xsl:template>

  <!-- An empty address is this page again, always by GET. -->
  <xsl:template name="error-next">
    <p class="links">
      <xsl:choose>
        <xsl:when test="b:login-url">
          <a class="button" href="{b:login-url}" target="_top">
            <xsl:value-of select="f:t('error.sign-in')"/>
          </a>
        </xsl:when>
        <xsl:when test="b:code = 'UNAUTHORIZED'">
          <a class="button" href="{$base}" target="_top">
            <xsl:value-of select="f:t('error.sign-in')"/>
          </a>
        </xsl:when>
        <xsl:otherwise>
          <xsl:if test="b:code = 'UNAVAILABLE' or b:code = 'CONFLICT'
                        or b:code = 'TOO_MANY_REQUESTS'
                        or b:code = 'INTERNAL'">
            <a class="button" href="">
              <xsl:value-of select="f:t('error.again')"/>
            </a>
            <xsl:text> </xsl:text>
          </xsl:if>
          <a class="button" href="{$base}data{$keep}">
            <xsl:value-of select="f:t('error.to-list')"/>
          </a>
        </xsl:otherwise>
      </xsl:choose>
    </p>
  </xsl:template>

</xsl:stylesheet>
