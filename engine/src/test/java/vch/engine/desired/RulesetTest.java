package vch.engine.desired;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vch.engine.fake.Samples;
import vch.engine.machine.MachineObject.Ruleset;
import vch.portlayer.state.Image;
import vch.testkit.Golden;

/// The rulesets as files to read: they are documentation too.
class RulesetTest {
    static Stream<Ruleset> rulesets() {
        var image = Image.EMPTY.after(Samples.blueCreated());
        return Desired.all(image).values().stream()
                .flatMap(java.util.List::stream)
                .filter(Ruleset.class::isInstance)
                .map(Ruleset.class::cast);
    }

    static String nft(Ruleset rules) {
        return "table " + rules.family() + " " + rules.table() + " {\n" + rules.body().indent(2) + "}\n";
    }

    @ParameterizedTest
    @MethodSource("rulesets")
    void rules_are_what_was_reviewed(Ruleset rules) {
        Golden.check("ruleset/" + rules.family() + "-" + rules.table() + ".nft", nft(rules));
    }
}
