using System.Collections;
using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.Protocol.Json;
using EdgeMesh.VectorGenerator;

namespace EdgeMesh.Protocol.Tests.Vectors;

public sealed class JsonVectorTests
{
    [Fact]
    public void Texts_are_read_and_refused_as_the_vectors_say()
    {
        System.Text.Json.Nodes.JsonObject file = VectorFile.Load("json");
        foreach (System.Text.Json.Nodes.JsonObject c in VectorFile.List(file, "accepted"))
        {
            byte[] text = c.Utf8("text");
            Protocol.Json.JsonObject? read = JsonReader.Parse(text, text.Length, out string problem);
            Assert.True(read != null, c.Text("text") + ": " + problem);
            Assert.True(JsonNode.DeepEquals(c["value"], NodeOf(read)), c.Text("text") + " was read as " + NodeOf(read)!.ToJsonString());
        }

        foreach (JsonNode? text in file["refused"]!.AsArray())
        {
            Assert.True(JsonReader.Parse((string)text!, out string problem) == null, "Not refused: " + (string)text!);
            Assert.NotEqual("", problem);
        }
    }

    internal static JsonNode? NodeOf(object? value) => value switch
    {
        Protocol.Json.JsonObject o => new System.Text.Json.Nodes.JsonObject(
            o.MemberNames.Cast<string>().Select(n => new System.Collections.Generic.KeyValuePair<string, JsonNode?>(n, NodeOf(o.Get(n))))),
        ArrayList list => new JsonArray(list.Cast<object?>().Select(NodeOf).ToArray()),
        string s => JsonValue.Create(s),
        long n => JsonValue.Create(n),
        double d => JsonValue.Create(d),
        bool b => JsonValue.Create(b),
        _ => null,
    };
}
