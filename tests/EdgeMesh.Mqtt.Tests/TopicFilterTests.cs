namespace EdgeMesh.Mqtt.Tests;

public sealed class TopicFilterTests
{
    // The first block is from MQTT 3.1.1, sections 4.7.1 and 4.7.2.
    [Theory]
    [InlineData("sport/tennis/player1", "sport/tennis/player1/#", true)]
    [InlineData("sport/tennis/player1/ranking", "sport/tennis/player1/#", true)]
    [InlineData("sport/tennis/player1/score/wimbledon", "sport/tennis/player1/#", true)]
    [InlineData("sport", "sport/#", true)]
    [InlineData("sport/tennis/player1", "sport/tennis/+", true)]
    [InlineData("sport/tennis/player1/ranking", "sport/tennis/+", false)]
    [InlineData("sport", "sport/+", false)]
    [InlineData("sport/", "sport/+", true)]
    [InlineData("/finance", "+/+", true)]
    [InlineData("/finance", "/+", true)]
    [InlineData("/finance", "+", false)]
    [InlineData("$SYS/a", "#", false)]
    [InlineData("$SYS/monitor/Clients", "+/monitor/Clients", false)]
    [InlineData("$SYS/monitor/Clients", "$SYS/#", true)]
    [InlineData("$SYS/monitor/Clients", "$SYS/monitor/+", true)]
    [InlineData("a", "#", true)]
    [InlineData("a/b/c", "a/+/c", true)]
    [InlineData("a//c", "a/+/c", true)]
    [InlineData("a/b", "a/b/c", false)]
    [InlineData("a/b/c", "a/b", false)]
    [InlineData("a/$b", "a/+", true)]
    [InlineData("A", "a", false)]
    [InlineData("a/b", "a/+/#", true)]
    [InlineData("a", "a/+/#", false)]
    [InlineData("/", "/", true)]
    [InlineData("/", "#", true)]
    public void Matching_follows_the_standard(string topic, string filter, bool matches) =>
        Assert.Equal(
            matches ? MqttTopicFilterCompareResult.IsMatch : MqttTopicFilterCompareResult.NoMatch,
            MqttTopicFilterComparer.Compare(topic, filter));

    [Theory]
    [InlineData("")]
    [InlineData("a#")]
    [InlineData("a/#/b")]
    [InlineData("##")]
    [InlineData("a+")]
    [InlineData("+a")]
    [InlineData("a/b+/c")]
    [InlineData("a\0")]
    [InlineData("#/")]
    public void A_bad_filter_is_refused(string filter) =>
        Assert.Equal(MqttTopicFilterCompareResult.FilterInvalid, MqttTopicFilterComparer.Compare("a", filter));

    [Theory]
    [InlineData("")]
    [InlineData("a/+")]
    [InlineData("#")]
    [InlineData("a\0")]
    public void A_bad_topic_is_refused(string topic) =>
        Assert.Equal(MqttTopicFilterCompareResult.TopicInvalid, MqttTopicFilterComparer.Compare(topic, "#"));

    [Fact]
    public void Half_a_surrogate_pair_and_more_than_65535_bytes_are_refused()
    {
        Assert.NotNull(MqttTopicFilterComparer.TopicFault("a\ud800"));
        Assert.Null(MqttTopicFilterComparer.TopicFault(new string('a', 65_535)));
        Assert.NotNull(MqttTopicFilterComparer.TopicFault(new string('a', 65_536)));
        Assert.NotNull(MqttTopicFilterComparer.FilterFault(new string('ä', 32_768)));
    }
}
