package course

import (
	"strings"
	"sync"
)

// The words that host names are made of: short, plain, without letters that look alike.
var (
	firsts = sync.OnceValue(func() []string {
		return strings.Fields(`amber arctic autumn azure basalt birch blue brass bright bronze calm cedar clear cobalt
		copper coral crimson crystal dawn deep distant dusty early eastern ebony emerald ember fair
		fern frosty gentle gilded glass golden granite green grey hazel hidden high hollow indigo ivory
		jade keen lilac linen little lofty lunar maple marble mellow merry misty mossy narrow
		navy noble northern oaken ochre olive onyx opal orange pale pearl pine plain polar
		proud purple quartz quick quiet rapid red ripe rocky royal ruby rustic saffron sage sandy
		scarlet serene shady sharp silent silver slate slow smooth snowy solar solid southern spruce
		steady steel still stone stormy sunny swift tall teal tidal topaz tranquil umber velvet
		verdant violet vivid warm western white wide wild willow windy winter wise wooden yellow young zinc`)
	})
	seconds = sync.OnceValue(func() []string {
		return strings.Fields(`acorn anchor anvil apple arbor arrow badger barrel basket beacon bison bridge brook buoy
		cabin canal candle canyon castle cavern cello chapel cherry cliff clover comet compass condor cove
		crane creek crow daisy delta dolphin dove dune eagle falcon ferry field finch fjord flute
		forest fox garden geyser glacier goose gull harbor harp hawk heron hill ibis inlet island
		jetty kayak kettle kite lagoon lantern lark lemon lighthouse lily lion lodge lotus lynx magpie
		mango marsh meadow melon mill mole moose mountain needle nest oak oasis ocean orchard orchid osprey
		otter owl paddle panda pebble pelican pepper pier pigeon plum pond poplar prairie quail raven
		reef ridge river robin rudder sail salmon seal shell sparrow spring stork summit swan tern thistle
		tiger tower trail tulip valley walnut walrus whale wharf willet wolf wren yak zebra`)
	})
)
