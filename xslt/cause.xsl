<!-- cause.xsl: why something failed: the page of a data task, the part of any other. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:f="urn:nginx-backup-tasks:sheet"
    xmlns:b="urn:nginx-backup-tasks:1"
    extension-element-prefixes="f"
    exclude-result-prefixes="b">

  <xsl:template match="/b:cause" mode="title">
    <xsl:value-of select="f:t1('cause.title', b:task/b:id)"/>
  </xsl:template>

  <xsl:template match="/b:cause" mode="main">
    <xsl:call-template name="crumbs">
      <xsl:with-param name="list" select="'data'"/>
    </xsl:call-template>
    <div class="head">
      <h1><xsl:apply-templates select="." mode="title"/></h1>
    </div>
    <xsl:call-template name="cause-body"/>
    <xsl:for-each select="b:same-cause">
      <p class="same">
        <xsl:value-of select="f:t2(f:form('cause.same', .), f:count(.),
            @days)"/>
        <xsl:for-each select="../b:same-task">
          <xsl:value-of select="f:t(concat('list.', position() = 1))"/>
          <a href="{$base}data/{.}/cause{$keep}">
            <xsl:value-of select="."/>
          </a>
        </xsl:for-each>
      </p>
    </xsl:for-each>
    <xsl:for-each select="b:task">
      <h2><xsl:value-of select="f:t('cause.task')"/></h2>
      <dl class="facts">
        <xsl:call-template name="field">
          <xsl:with-param name="label" select="f:t('col.id')"/>
          <xsl:with-param name="value">
            <a href="{$base}data/{b:id}{$keep}">
              <xsl:value-of select="b:id"/>
            </a>
          </xsl:with-param>
        </xsl:call-template>
        <xsl:call-template name="cluster-field"/>
        <xsl:call-template name="task-facts"/>
        <xsl:call-template name="start-end-fields"/>
        <xsl:apply-templates select="b:storage-directory" mode="code-field">
          <xsl:with-param name="label" select="$label-directory"/>
        </xsl:apply-templates>
      </dl>
    </xsl:for-each>
    <footer class="foot"><xsl:call-template name="about-data"/></footer>
  </xsl:template>

  <!-- On a record's own page. href: the page with the whole of it; without
       one the whole of it stands here. -->
  <xsl:template match="b:cause" mode="section">
    <xsl:param name="href"/>
    <xsl:choose>
      <xsl:when test="$href">
        <section class="why-box" id="cause">
          <p class="meaning"><xsl:apply-templates select="." mode="line"/></p>
          <p><a href="{$href}"><xsl:value-of select="f:t('action.cause')"/></a></p>
        </section>
      </xsl:when>
      <xsl:otherwise>
        <section id="cause">
          <h2><xsl:value-of select="f:t('cause.heading')"/></h2>
          <xsl:call-template name="cause-body"/>
        </section>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- Meaning and remedy in the page's language, then what the cluster said,
       whole. -->
  <xsl:template name="cause-body">
    <div class="why-box">
      <xsl:choose>
        <xsl:when test="b:meaning[@xml:lang = $lang]">
          <p class="meaning">
            <xsl:value-of select="b:meaning[@xml:lang = $lang]"/>
          </p>
        </xsl:when>
        <xsl:when test="b:code = 'CANCELED'">
          <p class="meaning"><xsl:value-of select="f:t('cause.canceled')"/></p>
        </xsl:when>
        <xsl:otherwise>
          <p><xsl:value-of select="f:t('cause.not-in-catalogue')"/></p>
        </xsl:otherwise>
      </xsl:choose>
      <xsl:for-each select="b:remedy[@xml:lang = $lang]">
        <p>
          <b><xsl:value-of select="f:t('cause.remedy')"/></b>
          <xsl:text> </xsl:text>
          <xsl:value-of select="."/>
        </p>
      </xsl:for-each>
    </div>
    <dl class="facts">
      <xsl:apply-templates select="b:code" mode="text-field">
        <xsl:with-param name="label" select="f:t('label.code')"/>
      </xsl:apply-templates>
      <xsl:apply-templates select="b:stage" mode="text-field">
        <xsl:with-param name="label" select="f:t('label.stage')"/>
      </xsl:apply-templates>
      <xsl:apply-templates select="b:trace-id" mode="code-field">
        <xsl:with-param name="label" select="f:t('label.trace')"/>
      </xsl:apply-templates>
    </dl>
    <xsl:if test="b:text">
      <h2 id="raw">
        <xsl:value-of select="f:t('cause.text')"/>
        <xsl:if test="b:text/@replaced">
          <xsl:call-template name="repaired"/>
        </xsl:if>
      </h2>
      <pre data-copy="" tabindex="0" role="region" aria-labelledby="raw">
        <xsl:value-of select="b:text"/>
      </pre>
    </xsl:if>
    <xsl:if test="not(b:text)">
      <p><xsl:value-of select="f:t('cause.no-text')"/></p>
    </xsl:if>
  </xsl:template>

</xsl:stylesheet>
