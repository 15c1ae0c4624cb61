<!-- old-layout-text.xsl: an example of another layout, for programs that cannot be changed: lines of columns with fixed widths.

     It renders data.xml, as UTF-8. The last line has the number of rows: a
     file without it is not whole. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:b="urn:nginx-backup-tasks:1" exclude-result-prefixes="b">

  <xsl:output method="text" encoding="UTF-8" media-type="text/plain"/>

  <xsl:variable name="blanks"
      select="'                                                '"/>

  <xsl:template match="/b:data-backup-tasks">
    <xsl:apply-templates select="b:tasks/b:task"/>
    <xsl:text>END </xsl:text>
    <xsl:value-of select="format-number(b:page/@count, '00000000')"/>
    <xsl:if test="b:page/@complete != 'true'"> MORE</xsl:if>
    <xsl:text>&#13;&#10;</xsl:text>
  </xsl:template>

  <xsl:template match="b:task">
    <xsl:value-of select="format-number(b:id, '0000000000')"/>
    <xsl:call-template name="column">
      <xsl:with-param name="text" select="b:cluster"/>
      <xsl:with-param name="width" select="24"/>
    </xsl:call-template>
    <xsl:call-template name="column">
      <xsl:with-param name="text" select="b:tenant"/>
      <xsl:with-param name="width" select="24"/>
    </xsl:call-template>
    <xsl:call-template name="column">
      <xsl:with-param name="text" select="b:mode"/>
      <xsl:with-param name="width" select="1"/>
    </xsl:call-template>
    <xsl:call-template name="column">
      <xsl:with-param name="text" select="b:status"/>
      <xsl:with-param name="width" select="11"/>
    </xsl:call-template>
    <xsl:apply-templates select="." mode="times"/>
    <xsl:text>&#13;&#10;</xsl:text>
  </xsl:template>

  <xsl:template match="b:task" mode="times">
    <xsl:call-template name="column">
      <xsl:with-param name="text" select="substring(b:start-time, 1, 19)"/>
      <xsl:with-param name="width" select="19"/>
    </xsl:call-template>
    <xsl:call-template name="column">
      <xsl:with-param name="text" select="substring(b:end-time, 1, 19)"/>
      <xsl:with-param name="width" select="19"/>
    </xsl:call-template>
  </xsl:template>

  <!-- A blank, then exactly so many characters. -->
  <xsl:template name="column">
    <xsl:param name="text"/>
    <xsl:param name="width"/>
    <xsl:value-of select="concat(' ', substring(concat(
        translate($text, '&#9;&#10;&#13;', '   '), $blanks), 1, $width))"/>
  </xsl:template>

</xsl:stylesheet>
