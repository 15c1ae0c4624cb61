<?xml version="1.0" encoding="UTF-8"?>
<!-- rng.xsl: makes feed.rng from feed.xsd, so that each element is described once; usage: xsltproc rng.xsl feed.xsd. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:xs="http://www.w3.org/2001/XMLSchema"
    xmlns:a="http://relaxng.org/ns/compatibility/annotations/1.0"
    xmlns="http://relaxng.org/ns/structure/1.0"
    exclude-result-prefixes="xs">

<xsl:output method="xml" encoding="UTF-8" indent="yes"/>
<xsl:strip-space elements="*"/>

<!-- What feed.xsd does not use must not get lost without a word. -->
<xsl:template match="xs:*">
  <xsl:message terminate="yes">rng.xsl does not know <xsl:value-of select="name()"/></xsl:message>
</xsl:template>

<xsl:template match="xs:schema">
  <xsl:comment> feed.rng: RELAX NG of every document of the feed, made from feed.xsd by rng.xsl: change that. </xsl:comment>
  <xsl:text>&#10;</xsl:text>
  <grammar ns="{@targetNamespace}" datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
    <xsl:apply-templates select="xs:annotation"/>
    <start>
      <choice>
        <xsl:for-each select="xs:element">
          <ref name="root.{@name}"/>
        </xsl:for-each>
      </choice>
    </start>
    <xsl:apply-templates select="xs:*[not(self::xs:annotation)]"/>
  </grammar>
</xsl:template>

<xsl:template match="xs:annotation">
  <a:documentation><xsl:value-of select="normalize-space(xs:documentation)"/></a:documentation>
</xsl:template>

<xsl:template match="xs:schema/xs:element">
  <define name="root.{@name}">
    <element name="{@name}">
      <xsl:apply-templates/>
    </element>
  </define>
</xsl:template>

<xsl:template match="xs:schema/xs:simpleType | xs:schema/xs:complexType | xs:schema/xs:group | xs:schema/xs:attributeGroup">
  <define name="{@name}">
    <xsl:apply-templates select="xs:annotation"/>
    <xsl:if test="not(xs:*[not(self::xs:annotation)])">
      <empty/>
    </xsl:if>
    <xsl:apply-templates select="xs:*[not(self::xs:annotation)]"/>
  </define>
</xsl:template>

<!-- An element, a choice or a group, as often as it may occur. -->
<xsl:template match="xs:element | xs:group[@ref] | xs:sequence | xs:choice">
  <xsl:choose>
    <xsl:when test="@minOccurs = 0 and @maxOccurs = 'unbounded'">
      <zeroOrMore><xsl:apply-templates select="." mode="once"/></zeroOrMore>
    </xsl:when>
    <xsl:when test="@minOccurs = 0">
      <optional><xsl:apply-templates select="." mode="once"/></optional>
    </xsl:when>
    <xsl:when test="@maxOccurs = 'unbounded'">
      <oneOrMore><xsl:apply-templates select="." mode="once"/></oneOrMore>
    </xsl:when>
    <xsl:otherwise><xsl:apply-templates select="." mode="once"/></xsl:otherwise>
  </xsl:choose>
</xsl:template>

<xsl:template match="xs:element" mode="once">
  <element name="{@name}">
    <xsl:apply-templates select="xs:annotation"/>
    <xsl:apply-templates select="@type"/>
    <xsl:apply-templates select="xs:complexType/xs:*"/>
    <xsl:if test="xs:complexType and not(xs:complexType/xs:*)">
      <empty/>
    </xsl:if>
  </element>
</xsl:template>

<xsl:template match="xs:group" mode="once">
  <ref name="{substring-after(@ref, ':')}"/>
</xsl:template>

<xsl:template match="xs:sequence" mode="once">
  <group><xsl:apply-templates/></group>
</xsl:template>

<xsl:template match="xs:choice" mode="once">
  <choice><xsl:apply-templates/></choice>
</xsl:template>

<xsl:template match="xs:schema/xs:element/xs:complexType | xs:complexType[xs:simpleContent]/xs:simpleContent">
  <xsl:apply-templates/>
</xsl:template>

<xsl:template match="xs:extension">
  <xsl:apply-templates select="@base"/>
  <xsl:apply-templates/>
</xsl:template>

<xsl:template match="xs:attributeGroup[@ref]">
  <ref name="{substring-after(@ref, ':')}"/>
</xsl:template>

<xsl:template match="xs:attribute[@use = 'required']" name="attribute">
  <attribute name="{@name}" ns="">
    <xsl:apply-templates select="xs:annotation"/>
    <xsl:apply-templates select="@type"/>
  </attribute>
</xsl:template>

<xsl:template match="xs:attribute">
  <optional><xsl:call-template name="attribute"/></optional>
</xsl:template>

<!-- XSD has to import a schema for it. -->
<xsl:template match="xs:anyAttribute[xs:annotation/xs:appinfo = 'xml:lang']">
  <attribute name="xml:lang">
    <xsl:apply-templates select="xs:annotation"/>
    <data type="language"/>
  </attribute>
</xsl:template>

<!-- Types: ours by name, those of XSD as data. -->
<xsl:template match="@type | @base">
  <xsl:call-template name="type">
    <xsl:with-param name="name" select="."/>
  </xsl:call-template>
</xsl:template>

<xsl:template name="type">
  <xsl:param name="name"/>
  <xsl:choose>
    <xsl:when test="starts-with($name, 'xs:')">
      <data type="{substring-after($name, ':')}"/>
    </xsl:when>
    <xsl:otherwise>
      <ref name="{substring-after($name, ':')}"/>
    </xsl:otherwise>
  </xsl:choose>
</xsl:template>

<xsl:template match="xs:restriction">
  <data type="{substring-after(@base, ':')}">
    <xsl:for-each select="xs:*">
      <param name="{local-name()}"><xsl:value-of select="@value"/></param>
    </xsl:for-each>
  </data>
</xsl:template>

<xsl:template match="xs:union">
  <choice>
    <xsl:apply-templates select="xs:simpleType/xs:restriction/xs:enumeration"/>
    <xsl:call-template name="type">
      <xsl:with-param name="name" select="@memberTypes"/>
    </xsl:call-template>
  </choice>
</xsl:template>

<!-- After a value stands what it means. -->
<xsl:template match="xs:enumeration">
  <value type="{substring-after(../@base, ':')}"><xsl:value-of select="@value"/></value>
  <xsl:apply-templates select="xs:annotation"/>
</xsl:template>

</xsl:stylesheet>
